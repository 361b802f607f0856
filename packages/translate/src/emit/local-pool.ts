import type { FunctionAssembler, Local, ValueType } from '@boxer/wasm';

/** Locals of a function that hold one instruction's values and are free again for the next one. */
export class LocalPool {
  readonly #all = new Map<ValueType, Local[]>();
  readonly #used = new Map<ValueType, number>();

  constructor(readonly assembler: FunctionAssembler) {}

  take(type: ValueType): Local {
    const locals = this.#all.get(type) ?? [];
    const used = this.#used.get(type) ?? 0;
    this.#all.set(type, locals);
    this.#used.set(type, used + 1);
    const local = locals[used] ?? this.assembler.local(type);
    locals[used] = local;
    return local;
  }

  /** Frees all of them. */
  reset(): void {
    this.#used.clear();
  }
}
