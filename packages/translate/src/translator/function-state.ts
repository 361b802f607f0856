import { cpuState } from '@boxer/abi';
import type { FunctionAssembler, Local, ValueType } from '@boxer/wasm';
import type { RegisterSet } from './register-set.ts';
import type { VectorClass } from './vector-classes.ts';

const loads = { f32: 'f32.load', f64: 'f64.load', v128: 'v128.load' } as const;
const stores = { f32: 'f32.store', f64: 'f64.store', v128: 'v128.store' } as const;

/** The locals of a translated function, and their moves from and to the CPU state. */
export class FunctionState {
  readonly #general = new Map<number, Local>();
  readonly #vector = new Map<number, Local>();
  readonly #named = new Map<string, Local>();

  constructor(
    readonly f: FunctionAssembler,
    readonly classes: ReadonlyMap<number, VectorClass>,
    /** Whether the function asks for the state of the floating-point unit. */
    readonly usesFloatState: boolean,
  ) {}

  #lazily<K>(map: Map<K, Local>, key: K, type: ValueType): Local {
    const known = map.get(key);
    if (known !== undefined) return known;
    const local = this.f.local(type);
    map.set(key, local);
    return local;
  }

  /** X0…X30; 31 is SP. */
  general(register: number): Local {
    return this.#lazily(this.#general, register, 'i64');
  }

  classOf(register: number): VectorClass {
    return this.classes.get(register) ?? 'v128';
  }

  vector(register: number): Local {
    return this.#lazily(this.#vector, register, this.classOf(register));
  }

  named(name: string, type: ValueType): Local {
    return this.#lazily(this.#named, name, type);
  }

  /** 1 when FPCR is 0. */
  get floatControl(): Local {
    return this.named('float control', 'i32');
  }

  /** 1 when, besides, FPSR.IXC is set. */
  get floatInexact(): Local {
    return this.named('float inexact', 'i32');
  }

  /** Takes what the function has to know of the floating-point unit into locals. */
  loadFloatState(): void {
    if (!this.usesFloatState) return;
    const { f } = this;
    f.i32(0).memory('i32.load', cpuState.fpcr).op('i32.eqz').tee(this.floatControl);
    f.i32(0).memory('i32.load', cpuState.fpsr).i32(4).op('i32.shr_u').op('i32.and').set(this.floatInexact);
  }

  load(registers: RegisterSet): void {
    const { f } = this;
    for (const r of registers.generals)
      f.i32(0)
        .memory('i64.load', cpuState.x + 8 * r)
        .set(this.general(r));
    for (const r of registers.vectors) {
      const at = cpuState.vectors + 16 * r;
      f.i32(0).memory(loads[this.classOf(r)], at).set(this.vector(r));
      for (const part of this.#rest(r))
        f.i32(0)
          .memory(`${part.type}.load`, at + part.offset)
          .set(part.local);
    }
  }

  store(registers: RegisterSet): void {
    const { f } = this;
    for (const r of registers.generals)
      f.i32(0)
        .get(this.general(r))
        .memory('i64.store', cpuState.x + 8 * r);
    for (const r of registers.vectors) {
      const at = cpuState.vectors + 16 * r;
      f.i32(0).get(this.vector(r)).memory(stores[this.classOf(r)], at);
      for (const part of this.#rest(r))
        f.i32(0)
          .get(part.local)
          .memory(`${part.type}.store`, at + part.offset);
    }
  }

  /** Sets a vector register to the scalar on the stack; what lies above becomes zero. */
  setScalar(register: number): void {
    this.f.set(this.vector(register));
    for (const { type, local } of this.#rest(register)) {
      if (type === 'i32') this.f.i32(0).set(local);
      else this.f.i64(0n).set(local);
    }
  }

  /** What a register kept as a float has above it: zero once it was written here, but not before. */
  #rest(
    register: number,
  ): { readonly type: 'i32' | 'i64'; readonly offset: number; readonly local: Local }[] {
    const kind = this.classOf(register);
    if (kind === 'v128') return [];
    const upper = { type: 'i64', offset: 8, local: this.named(`upper ${register}`, 'i64') } as const;
    if (kind === 'f64') return [upper];
    return [{ type: 'i32', offset: 4, local: this.named(`middle ${register}`, 'i32') }, upper];
  }
}
