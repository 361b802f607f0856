import type { Variables } from '../shell/shell-lexer.ts';

/** Variables in order of their last definition. */
export class EnvList implements Variables {
  readonly #values: Map<string, string>;

  constructor(values: Iterable<readonly [string, string]> = []) {
    this.#values = new Map(values);
  }

  /** @param env - `NAME=value`; a name alone has the empty value */
  static of(env: readonly string[]): EnvList {
    return new EnvList(env.map(splitNameValue));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Defines a variable; one that is there already moves to the end. */
  set(name: string, value: string): void {
    this.#values.delete(name);
    this.#values.set(name, value);
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  clone(): EnvList {
    return new EnvList(this.#values);
  }

  /** @returns `NAME=value` */
  toArray(): readonly string[] {
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`);
  }
}

/** Splits `NAME=value` at the first `=`. */
export function splitNameValue(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
