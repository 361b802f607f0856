import type { FunctionAssembler, Local } from '@boxer/wasm';
import { emitFindCode, ENTRY_SHIFT } from '../interpreter/translated-code.ts';

/** What translated code calls and where it lies, by index. */
export interface Imports {
  /** (pc, fuel, stack) → pc, fuel: executes translated code at an address; returns at once where there is none. */
  readonly dispatch: number;
  /** The process's table of translated code, and the type of what is in it. */
  readonly codeTable: number;
  readonly codeType: number;
  /** () → (): computes pending flags in the CPU state. */
  readonly settleFlags: number;
  /** Type () → pc, fuel. */
  readonly calleeType: number;
  support(name: string): number;
  /** The translated function that begins at an address, in the same module. */
  direct(target: number): DirectCall | undefined;
  /** Global with the address where the code lies. Guest addresses in the code are distances from it. */
  readonly base: number;
  /** What the global is taken to be while translating. */
  readonly origin: number;
}

/** A function that may be called without looking it up. */
export interface DirectCall {
  readonly function: number;
  /** Number of the entry. */
  readonly entry: number;
  /** Where it says whether the function may be executed; undefined: it always may. */
  readonly valid: ValidBit | undefined;
}

/** Functions share globals: programs have thousands of them. */
export interface ValidBit {
  readonly global: number;
  readonly bit: number;
}

/** Parameters of a translated function. */
export const parameters = { fuel: 0, stack: 1 } as const;

/** A known guest address, or one in a local. */
export type CallTarget = { readonly address: number } | { readonly local: Local };

/** Emits how control gets from one translated function into another. The state is stored already. */
export class CallEmitter {
  #target: Local | undefined;
  #record: Local | undefined;

  constructor(
    readonly f: FunctionAssembler,
    readonly imports: Imports,
  ) {}

  /** Pushes a guest address as i32. */
  pushAddress(address: number): void {
    const { base, origin } = this.imports;
    this.f
      .globalGet(base)
      .i32(address - origin)
      .op('i32.add');
  }

  #push(target: CallTarget): void {
    if ('local' in target) this.f.get(target.local);
    else this.pushAddress(target.address);
  }

  #pushValid({ global, bit }: ValidBit): FunctionAssembler {
    return this.f
      .globalGet(global)
      .i32(1 << bit)
      .op('i32.and');
  }

  /** Adds the number of the entry to the stack budget on the stack. */
  #pushEntry({ entry }: DirectCall): void {
    if (entry > 0) this.f.i32(entry << ENTRY_SHIFT).op('i32.or');
  }

  #direct(target: CallTarget): DirectCall | undefined {
    return 'address' in target ? this.imports.direct(target.address) : undefined;
  }

  /** Pushes the index in the table of code; returns to the interpreter where nothing is translated. */
  #find(target: CallTarget): void {
    const { f } = this;
    const pc = 'local' in target ? target.local : (this.#target ??= f.local('i32'));
    this.#record ??= f.local('i32');
    if ('address' in target) {
      this.#push(target);
      f.set(pc);
    }
    emitFindCode(f, pc, this.#record, () => f.get(pc).get(parameters.fuel).op('return'));
  }

  /** Goes on in another function, and returns what that returns. */
  tail(target: CallTarget): void {
    const { f } = this;
    const direct = this.#direct(target);
    if (direct) {
      if (direct.valid) this.#pushValid(direct.valid).if();
      f.get(parameters.fuel).get(parameters.stack);
      this.#pushEntry(direct);
      f.returnCall(direct.function);
      if (!direct.valid) return;
      f.end();
    }
    f.get(parameters.fuel).get(parameters.stack);
    this.#find(target);
    f.returnCallIndirect(this.imports.codeType, this.imports.codeTable);
  }

  /** Pushes what a callee returns: its pc and fuel. @param frameBytes - of the host's stack that the caller needs */
  call(target: CallTarget, frameBytes: number): void {
    const { f, imports } = this;
    const pushBudget = () => f.get(parameters.fuel).get(parameters.stack).i32(frameBytes).op('i32.sub');
    const direct = this.#direct(target);
    if (!direct) {
      pushBudget();
      this.#find(target);
      f.callIndirect(imports.codeType, imports.codeTable);
      return;
    }
    if (!direct.valid) {
      pushBudget();
      this.#pushEntry(direct);
      f.call(direct.function);
      return;
    }
    this.#pushValid(direct.valid).ifResults(imports.calleeType);
    pushBudget();
    this.#pushEntry(direct);
    f.call(direct.function).else();
    this.#push(target);
    pushBudget();
    f.call(imports.dispatch).end();
  }
}
