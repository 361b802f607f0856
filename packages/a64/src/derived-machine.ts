import type { FlagName } from './machine.ts';
import { ScalarMachine } from './scalar-machine.ts';
import type { Bool, Kind, Value, Width } from './value.ts';

/** For each condition code, bit p tells whether it holds when NZCV, read as a number, is p. */
const conditionMasks: readonly number[] = Array.from({ length: 16 }, (_, code) => {
  let mask = 0;
  for (let nzcv = 0; nzcv < 16; nzcv++) {
    const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (nzcv & bit) !== 0);
    const base = [z, c, n, v, c && !z, n === v, n === v && !z, true][code >> 1] ?? false;
    // Code 15 is "always" too.
    if ((code & 1) === 1 && code !== 15 ? !base : base) mask |= 1 << nzcv;
  }
  return mask;
});

/** Operations that are the same for every backend, in terms of those that it makes itself. */
export abstract class DerivedMachine extends ScalarMachine {
  abstract widthOf(a: Value<Width>): Width;
  abstract constant<W extends Width>(width: W, value: number | bigint): Value<W>;
  abstract zext(a: Value<32>): Value<64>;
  abstract sext(a: Value<32>): Value<64>;
  abstract wrap(a: Value<64>): Value<32>;
  abstract select<K extends Kind>(condition: Bool, a: Value<K>, b: NoInfer<Value<K>>): Value<K>;
  abstract readFlag(flag: FlagName): Bool;
  abstract writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void;

  /** A constant as wide as a value. */
  protected like<W extends Width>(a: Value<W>, value: number | bigint): Value<W> {
    return this.constant(this.widthOf(a), value) as Value<W>;
  }

  resize<W extends Width>(a: Value<Width>, width: W): Value<W> {
    if (this.widthOf(a) === width) return a as Value<W>;
    return (width === 64 ? this.zext(a as Value<32>) : this.wrap(a as Value<64>)) as Value<Width> as Value<W>;
  }

  not<W extends Width>(a: Value<W>): Value<W> {
    return this.xor(a, this.like(a, -1n));
  }

  neg<W extends Width>(a: Value<W>): Value<W> {
    return this.sub(this.like(a, 0n), a);
  }

  shift<W extends Width>(kind: number, a: Value<W>, amount: NoInfer<Value<W>>): Value<W> {
    if (kind === 0) return this.shl(a, amount);
    if (kind === 1) return this.lsr(a, amount);
    return kind === 2 ? this.asr(a, amount) : this.ror(a, amount);
  }

  signExtend<W extends Width>(a: Value<Width>, bits: number, width: W): Value<W> {
    const value = this.resize(a, width);
    if (bits >= width) return value;
    if (bits === 8) return this.sext8(value);
    if (bits === 16) return this.sext16(value);
    if (bits === 32) return this.sext32(value);
    const unused = this.constant(width, width - bits);
    return this.asr(this.shl(value, unused), unused);
  }

  zeroExtend<W extends Width>(a: Value<Width>, bits: number, width: W): Value<W> {
    const value = this.resize(a, width);
    return bits >= width ? value : this.and(value, this.constant(width, (1n << BigInt(bits)) - 1n));
  }

  udiv<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    const byZero = this.eqz(b);
    const divisor = this.or(b, this.resize(byZero, this.widthOf(b)) as Value<W>);
    return this.select(byZero, this.like(a, 0n), this.udivRaw(a, divisor));
  }

  sdiv<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    const byZero = this.eqz(b);
    const byMinusOne = this.eq(b, this.like(b, -1n));
    // Wasm traps on both; 2 is as good a divisor as any.
    const special = this.or(byZero, byMinusOne);
    const quotient = this.sdivRaw(a, this.select(special, this.like(b, 2n), b));
    return this.select(byZero, this.like(a, 0n), this.select(byMinusOne, this.neg(a), quotient));
  }

  umulh(a: Value<64>, b: Value<64>): Value<64> {
    const low = (x: Value<64>) => this.and(x, this.constant(64, 0xffff_ffffn));
    const high = (x: Value<64>) => this.lsr(x, this.constant(64, 32));
    const middle = this.add(high(this.mul(low(a), low(b))), this.mul(high(a), low(b)));
    const other = this.add(this.mul(low(a), high(b)), low(middle));
    return this.add(this.add(this.mul(high(a), high(b)), high(middle)), high(other));
  }

  smulh(a: Value<64>, b: Value<64>): Value<64> {
    const sign = (x: Value<64>) => this.asr(x, this.constant(64, 63));
    const correction = this.add(this.and(sign(a), b), this.and(sign(b), a));
    return this.sub(this.umulh(a, b), correction);
  }

  /** Swaps neighbouring groups of `distance` bits. */
  #swap<W extends Width>(a: Value<W>, distance: number, mask: bigint): Value<W> {
    const width = this.widthOf(a);
    const keep = this.like(a, BigInt.asUintN(width, mask));
    const by = this.like(a, BigInt(distance));
    return this.or(this.and(this.lsr(a, by), keep), this.shl(this.and(a, keep), by));
  }

  byteReverse<W extends Width>(a: Value<W>, bytes: 2 | 4 | 8): Value<W> {
    let value = this.#swap(a, 8, 0x00ff_00ff_00ff_00ffn);
    if (bytes >= 4) {
      const by16 = this.like(a, 16n);
      // Inside 32 bits, swapping halves is a rotation.
      value = this.widthOf(a) === 32 ? this.ror(value, by16) : this.#swap(value, 16, 0x0000_ffff_0000_ffffn);
    }
    return bytes === 8 ? this.ror(value, this.like(a, 32n)) : value;
  }

  bitReverse<W extends Width>(a: Value<W>): Value<W> {
    let value = this.#swap(a, 1, 0x5555_5555_5555_5555n);
    value = this.#swap(value, 2, 0x3333_3333_3333_3333n);
    value = this.#swap(value, 4, 0x0f0f_0f0f_0f0f_0f0fn);
    return this.byteReverse(value, this.widthOf(a) === 32 ? 4 : 8);
  }

  flagsAdd<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>, result: NoInfer<Value<W>>): void {
    const zero = this.like(a, 0n);
    const overflow = this.and(this.xor(a, result), this.xor(b, result));
    this.writeFlags(this.lts(result, zero), this.eqz(result), this.ltu(result, a), this.lts(overflow, zero));
  }

  flagsSub<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>, result: NoInfer<Value<W>>): void {
    const zero = this.like(a, 0n);
    const overflow = this.and(this.xor(a, b), this.xor(a, result));
    this.writeFlags(this.lts(result, zero), this.eqz(result), this.geu(a, b), this.lts(overflow, zero));
  }

  flagsLogical(result: Value<Width>): void {
    const no = this.constant(32, 0);
    this.writeFlags(this.lts(result, this.like(result, 0n)), this.eqz(result), no, no);
  }

  condition(condition: number | Value<32>): Bool {
    return typeof condition === 'number'
      ? this.#staticCondition(condition)
      : this.#immediateCondition(condition);
  }

  #staticCondition(code: number): Bool {
    const inverted = (code & 1) === 1 && code !== 15;
    const base = this.#baseCondition(code >> 1);
    return inverted ? this.eqz(base) : base;
  }

  #baseCondition(base: number): Bool {
    const flag = (name: FlagName) => this.readFlag(name);
    switch (base) {
      case 0:
        return flag('z');
      case 1:
        return flag('c');
      case 2:
        return flag('n');
      case 3:
        return flag('v');
      case 4:
        return this.and(flag('c'), this.eqz(flag('z')));
      case 5:
        return this.eq(flag('n'), flag('v'));
      case 6:
        return this.and(this.eq(flag('n'), flag('v')), this.eqz(flag('z')));
      default:
        return this.constant(32, 1);
    }
  }

  /** Looks NZCV up in the condition's truth table, which is known when predecoding. */
  #immediateCondition(condition: Value<32>): Bool {
    let mask = this.constant(32, conditionMasks[0] ?? 0);
    for (let code = 1; code < 16; code++) {
      mask = this.select(
        this.eq(condition, this.constant(32, code)),
        this.constant(32, conditionMasks[code] ?? 0),
        mask,
      );
    }
    const place = (name: FlagName, bit: number) => this.shl(this.readFlag(name), this.constant(32, bit));
    const nzcv = this.or(this.or(place('n', 3), place('z', 2)), this.or(place('c', 1), this.readFlag('v')));
    return this.and(this.lsr(mask, nzcv), this.constant(32, 1));
  }
}
