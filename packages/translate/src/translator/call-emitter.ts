import type { FunctionAssembler, Local } from '@boxer/wasm';
import { emitFindCode, LEAST_STACK } from '../interpreter/translated-code.ts';

/** What translated code calls and where it lies, by index. */
export interface Imports {
  /** (pc, fuel, stack) → pc, fuel: executes translated code at an address; returns at once where there is none. */
  readonly dispatch: number;
  /** Where it says whether the function itself may be executed; undefined: it always may. */
  readonly valid: ValidBit | undefined;
  /** The process's table of translated code, and the type of what is in it. */
  readonly codeTable: number;
  readonly codeType: number;
  /** The type of what gives the same results without parameters. */
  readonly resultsType: number;
  /** () → (): computes pending flags in the CPU state. */
  readonly settleFlags: number;
  /** Interprets what a callee has left, see {@link RESUME_TYPE}. */
  readonly resume: number;
  support(name: string): number;
  /** The function of the same module that enters translated code at an address. */
  direct(target: number): number | undefined;
  /** Global with the address where the code lies. Guest addresses in the code are distances from it. */
  readonly base: number;
  /** What the global is taken to be while translating. */
  readonly origin: number;
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
  #record: Local | undefined;

  constructor(
    readonly f: FunctionAssembler,
    readonly imports: Imports,
  ) {}

  /** Turns the guest address on the stack into a distance from where the code lies. */
  toDistance(): void {
    this.f.globalGet(this.imports.base).op('i32.sub');
  }

  /** Pushes a guest address as i32. */
  pushAddress(address: number): void {
    const { base, origin } = this.imports;
    this.f
      .globalGet(base)
      .i32(address - origin)
      .op('i32.add');
  }

  /** Pushes a guest address, perhaps below 0, as i64. */
  pushWideAddress(address: number): void {
    const { base, origin } = this.imports;
    this.f
      .globalGet(base)
      .op('i64.extend_i32_u')
      .i64(BigInt(address - origin))
      .op('i64.add');
  }

  /**
   * Returns to the interpreter at the function's start when too little of the stack is left, or when the function may not be
   * executed: then the interpreter must not enter it again.
   */
  guard(entry: number): void {
    const { f, imports } = this;
    const { valid } = imports;
    const pushInvalid = ({ global, bit }: ValidBit) =>
      f
        .globalGet(global)
        .i32(1 << bit)
        .op('i32.and')
        .op('i32.eqz');
    const enters = f.block();
    const returns = f.block();
    f.get(parameters.stack).i32(LEAST_STACK).op('i32.lt_u').unlikely().brIf(returns);
    if (valid) pushInvalid(valid).unlikely().brIf(returns);
    f.br(enters).end();
    this.pushAddress(entry);
    if (valid) pushInvalid(valid).i32(1).op('i32.shl').op('i32.or');
    f.get(parameters.fuel).op('return').end();
  }

  #direct(target: CallTarget): number | undefined {
    return 'address' in target ? this.imports.direct(target.address) : undefined;
  }

  /** Pushes the index in the table of code. @param missing - goes elsewhere where nothing is translated, with pc and fuel */
  #find(pc: Local, missing: () => void): void {
    const { f } = this;
    this.#record ??= f.local('i32');
    emitFindCode(f, pc, this.#record, () => {
      f.get(pc).get(parameters.fuel);
      missing();
    });
  }

  /** Goes on in another function, and returns what that returns. */
  tail(target: CallTarget): void {
    const { f, imports } = this;
    const direct = this.#direct(target);
    if ('local' in target) {
      f.get(parameters.fuel).get(parameters.stack);
      this.#find(target.local, () => f.op('return'));
      f.returnCallIndirect(imports.codeType, imports.codeTable);
      return;
    }
    if (direct === undefined) this.pushAddress(target.address);
    f.get(parameters.fuel).get(parameters.stack);
    f.returnCall(direct ?? imports.dispatch);
  }

  /**
   * Pushes what a callee returns: its pc and fuel. Pointers are looked up in place, for most of them are called often.
   *
   * @param frameBytes - of the host's stack that the caller needs
   */
  call(target: CallTarget, frameBytes: number): void {
    const { f, imports } = this;
    const pushBudget = () => f.get(parameters.fuel).get(parameters.stack).i32(frameBytes).op('i32.sub');
    const direct = this.#direct(target);
    if ('local' in target) {
      const done = f.blockResults(imports.resultsType);
      pushBudget();
      this.#find(target.local, () => f.br(done));
      f.callIndirect(imports.codeType, imports.codeTable).end();
      return;
    }
    if (direct === undefined) this.pushAddress(target.address);
    pushBudget();
    f.call(direct ?? imports.dispatch);
  }
}
