import { splitNameValue } from '../stages/env-list.ts';

/** Sets a variable in a list of `NAME=value`; one that is there already keeps its place. */
export function setEnv(env: readonly string[], name: string, value: string): readonly string[] {
  const entry = `${name}=${value}`;
  const index = env.findIndex((candidate) => splitNameValue(candidate)[0] === name);
  return index === -1 ? [...env, entry] : env.with(index, entry);
}
