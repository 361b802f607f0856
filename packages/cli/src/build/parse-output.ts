import type { BuildOutput } from '@boxer/build';
import { UsageError } from '../errors/usage-error.ts';
import { parseKeyValues } from './parse-csv.ts';

const types = ['component', 'oci', 'docker', 'tar', 'local'] as const;

/**
 * Reads `--output`: the path of a component, or `type=…,dest=…` as docker build takes it.
 *
 * @throws {@link UsageError}
 */
export function parseOutput(text: string): BuildOutput {
  const fail = (why: string) =>
    new UsageError('build', `invalid value ${JSON.stringify(text)} for --output: ${why}`);
  if (text === '' || text === '-') throw fail('it names no file');
  if (!/^"?(?:type|dest)=/.test(text)) return { type: 'component', dest: text };
  const pairs = parseKeyValues(text);
  if (pairs === undefined) throw fail('write type=TYPE,dest=PATH');
  for (const key of pairs.keys()) if (key !== 'type' && key !== 'dest') throw fail(`unknown key ${key}`);
  const type = types.find((name) => name === (pairs.get('type') ?? 'component'));
  if (type === undefined) throw fail(`the type is one of ${types.join(', ')}`);
  const dest = pairs.get('dest') ?? (type === 'component' ? 'image.wasm' : '');
  if (dest === '' || dest === '-') throw fail('dest=PATH is missing');
  return { type, dest };
}
