import type { ScalarOperationName } from './scalar-operations.ts';
import type { Bool, Value, Width } from './value.ts';

/** The machine's integer operations by their names: a backend says once what it makes of any of them. */
export abstract class ScalarMachine {
  /** Makes the result of an operation; `b` is missing where it has one operand. */
  protected abstract scalar(name: ScalarOperationName, a: Value<Width>, b?: Value<Width>): Value<Width>;

  add<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('add', a, b) as Value<W>;
  }

  sub<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('sub', a, b) as Value<W>;
  }

  mul<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('mul', a, b) as Value<W>;
  }

  and<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('and', a, b) as Value<W>;
  }

  or<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('or', a, b) as Value<W>;
  }

  xor<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('xor', a, b) as Value<W>;
  }

  shl<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W> {
    return this.scalar('shl', a, amount) as Value<W>;
  }

  lsr<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W> {
    return this.scalar('lsr', a, amount) as Value<W>;
  }

  asr<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W> {
    return this.scalar('asr', a, amount) as Value<W>;
  }

  ror<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W> {
    return this.scalar('ror', a, amount) as Value<W>;
  }

  udivRaw<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('udivRaw', a, b) as Value<W>;
  }

  sdivRaw<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
    return this.scalar('sdivRaw', a, b) as Value<W>;
  }

  clz<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('clz', a) as Value<W>;
  }

  ctz<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('ctz', a) as Value<W>;
  }

  popcnt<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('popcnt', a) as Value<W>;
  }

  sext8<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('sext8', a) as Value<W>;
  }

  sext16<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('sext16', a) as Value<W>;
  }

  sext32<W extends Width>(a: Value<W>): Value<W> {
    return this.scalar('sext32', a) as Value<W>;
  }

  eqz(a: Value<Width>): Bool {
    return this.scalar('eqz', a) as Bool;
  }

  eq<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('eq', a, b) as Bool;
  }

  ne<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('ne', a, b) as Bool;
  }

  lts<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('lts', a, b) as Bool;
  }

  ltu<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('ltu', a, b) as Bool;
  }

  ges<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('ges', a, b) as Bool;
  }

  geu<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool {
    return this.scalar('geu', a, b) as Bool;
  }
}
