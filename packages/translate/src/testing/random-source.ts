/** Xorshift: small, fast and the same everywhere. */
export class RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  /** 32 bits. */
  word(): number {
    let s = this.#state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.#state = s;
    return s >>> 0;
  }

  below(limit: number): number {
    return this.word() % limit;
  }

  bits(count: number): bigint {
    let value = 0n;
    for (let at = 0; at < count; at += 32) value = (value << 32n) | BigInt(this.word());
    return BigInt.asUintN(count, value);
  }

  oneOf<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('Nothing to choose from');
    return value;
  }
}
