import type { Variables } from '../shell/shell-lexer.ts';

/** Variables in order of their last definition. Immutable. */
export class EnvList implements Variables {
  static readonly empty = new EnvList(new Map());

  readonly #values: ReadonlyMap<string, string>;

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** @param env - `NAME=value`; a name alone has the empty value */
  static of(env: readonly string[]): EnvList {
    return new EnvList(new Map(env.map(splitNameValue)));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  with(name: string, value: string): EnvList {
    const values = new Map(this.#values);
    values.delete(name);
    return new EnvList(values.set(name, value));
  }

  without(name: string): EnvList {
    const values = new Map(this.#values);
    values.delete(name);
    return new EnvList(values);
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
