/** Registers as bit masks: general ones (31 is SP) and vector ones. Immutable. */
export class RegisterSet {
  static readonly empty = new RegisterSet(0, 0);
  static readonly all = new RegisterSet(-1, -1);

  constructor(
    readonly general: number,
    readonly vector: number,
  ) {}

  union(other: RegisterSet): RegisterSet {
    const general = this.general | other.general;
    const vector = this.vector | other.vector;
    if (general === this.general && vector === this.vector) return this;
    return new RegisterSet(general, vector);
  }

  without(other: RegisterSet): RegisterSet {
    return new RegisterSet(this.general & ~other.general, this.vector & ~other.vector);
  }

  intersection(other: RegisterSet): RegisterSet {
    return new RegisterSet(this.general & other.general, this.vector & other.vector);
  }

  equals(other: RegisterSet): boolean {
    return this.general === other.general && this.vector === other.vector;
  }

  get key(): string {
    return `${this.general}/${this.vector}`;
  }

  get size(): number {
    return bitCount(this.general) + bitCount(this.vector);
  }

  get generals(): number[] {
    return numbersOf(this.general);
  }

  get vectors(): number[] {
    return numbersOf(this.vector);
  }
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function numbersOf(mask: number): number[] {
  const numbers: number[] = [];
  for (let rest = mask; rest !== 0; rest &= rest - 1) numbers.push(31 - Math.clz32(rest & -rest));
  return numbers;
}
