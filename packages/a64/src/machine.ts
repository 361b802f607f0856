import type { SupportArguments, SupportName, SupportResult } from './support/index.ts';
import type {
  Bool,
  ElementBits,
  Float,
  GeneralRegister,
  Kind,
  Value,
  Vector,
  VectorRegister,
  Width,
} from './value.ts';
import type {
  FloatBinary,
  FloatCompare,
  FloatUnary,
  IntegerShape,
  WasmOperands,
  WasmOperation,
  WasmResult,
} from './wasm-operations.ts';

/** Cells of the CPU state beside registers and flags. All are 64-bit values here. */
export type StateName = 'exclusiveAddress' | 'exclusiveLow' | 'exclusiveHigh' | 'tpidr' | 'fpcr' | 'fpsr';

/** The condition flags. */
export type FlagName = 'n' | 'z' | 'c' | 'v';

export type Access = 'read' | 'write';

export interface LoadOptions<W extends Width> {
  /** Sign-extend to the result's width. */
  readonly signed?: boolean;
  /** Width of the result; 64 for 64-bit loads, else 32. */
  readonly width?: W;
}

/**
 * What the semantics of an instruction may do. The body of a row runs once per combination of static fields against a
 * graph builder (interpreter, translator), or on BigInts (oracle): it may use JavaScript's `if` on static fields only.
 *
 * Order of effects: read, compute, `load`/`probe`, then write. A load, store or probe may fault, and a faulting
 * instruction must not have changed anything: the builder throws when one follows a register or memory write
 * (stores to a range that was probed for writing cannot fault, nor can loads from a range probed for reading).
 */
export interface Machine {
  // ── Constants and positions ────────────────────────────────────────────────────────────────────────────
  constant<W extends Width>(width: W, value: number | bigint): Value<W>;
  /** A 128-bit constant, from 16 bytes, lowest first. */
  vectorConstant(bytes: readonly number[]): Vector;
  /** Address of this instruction; known when predecoding. */
  pc(): Value<64>;
  /** A fixed register, as in `m.x(30)`. */
  x(index: number): GeneralRegister;
  v(index: number): VectorRegister;
  /** The register `distance` further on, modulo 32. */
  nextX(register: GeneralRegister, distance: number): GeneralRegister;
  nextV(register: VectorRegister, distance: number): VectorRegister;

  /** The register's number; known when predecoding. For encodings that are unallocated for some registers. */
  registerNumber(register: GeneralRegister | VectorRegister): Value<32>;

  // ── General registers. A 32-bit read truncates, a 32-bit write zero-extends. ───────────────────────────
  /** Register 31 reads as zero. */
  readX<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W>;
  /** Register 31 is SP. */
  readXsp<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W>;
  /** A write to register 31 is dropped. */
  writeX(register: GeneralRegister, value: Value<Width>): void;
  /** Register 31 is SP. */
  writeXsp(register: GeneralRegister, value: Value<Width>): void;

  // ── Integer arithmetic; both operands have one width ───────────────────────────────────────────────────
  add<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  sub<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  mul<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  and<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  or<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  xor<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  not<W extends Width>(a: Value<W>): Value<W>;
  neg<W extends Width>(a: Value<W>): Value<W>;
  /** Shift and rotate amounts have the operand's width and count modulo it, as in Wasm and in Arm's LSLV. */
  shl<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W>;
  lsr<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W>;
  asr<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W>;
  ror<W extends Width>(a: Value<W>, amount: NoInfer<Value<W>>): Value<W>;
  /** `kind` as Arm encodes it: 0 LSL, 1 LSR, 2 ASR, 3 ROR. */
  shift<W extends Width>(kind: number, a: Value<W>, amount: NoInfer<Value<W>>): Value<W>;
  clz<W extends Width>(a: Value<W>): Value<W>;
  ctz<W extends Width>(a: Value<W>): Value<W>;
  popcnt<W extends Width>(a: Value<W>): Value<W>;
  /** Unsigned division; the divisor must not be 0 (see udiv). */
  udivRaw<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  /** Division as Arm defines it: by zero gives 0, the most negative number by -1 gives itself. */
  udiv<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  sdiv<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Value<W>;
  /** Upper 64 bits of the 128-bit product. */
  umulh(a: Value<64>, b: Value<64>): Value<64>;
  smulh(a: Value<64>, b: Value<64>): Value<64>;
  /** Reverses the order of all bits. */
  bitReverse<W extends Width>(a: Value<W>): Value<W>;
  /** Reverses the bytes of each group of `bytes` bytes. */
  byteReverse<W extends Width>(a: Value<W>, bytes: 2 | 4 | 8): Value<W>;

  // ── Comparisons give 0 or 1 ────────────────────────────────────────────────────────────────────────────
  eqz(a: Value<Width>): Bool;
  eq<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;
  ne<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;
  lts<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;
  ltu<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;
  ges<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;
  geu<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>): Bool;

  // ── Widths ─────────────────────────────────────────────────────────────────────────────────────────────
  zext(a: Value<32>): Value<64>;
  sext(a: Value<32>): Value<64>;
  wrap(a: Value<64>): Value<32>;
  /** Zero-extends or truncates. */
  resize<W extends Width>(a: Value<Width>, width: W): Value<W>;
  /** Treats the lowest `bits` as a signed (unsigned) number of that size and brings it to `width`. */
  signExtend<W extends Width>(a: Value<Width>, bits: number, width: W): Value<W>;
  zeroExtend<W extends Width>(a: Value<Width>, bits: number, width: W): Value<W>;

  // ── Choice ─────────────────────────────────────────────────────────────────────────────────────────────
  /** Both sides are computed; for cheap values. */
  select<K extends Kind>(condition: Bool, a: Value<K>, b: NoInfer<Value<K>>): Value<K>;
  /** Only one side is computed: for slow paths. Both may have effects. */
  choose<K extends Kind>(condition: Bool, then: () => Value<K>, otherwise: () => Value<NoInfer<K>>): Value<K>;
  /** Conditional effects. */
  when(condition: Bool, then: () => void, otherwise?: () => void): void;
  /** Keeps a value out of the predecoded record: compute it when executing, from parts that cost less room. */
  late<K extends Kind>(a: Value<K>): Value<K>;

  // ── Flags ──────────────────────────────────────────────────────────────────────────────────────────────
  readFlag(flag: FlagName): Bool;
  writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void;
  /** Flags of `result = a + b` (of `a - b`); the comparison that follows in the same block then becomes direct. */
  flagsAdd<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>, result: NoInfer<Value<W>>): void;
  flagsSub<W extends Width>(a: Value<W>, b: NoInfer<Value<W>>, result: NoInfer<Value<W>>): void;
  /** N and Z of the result; C and V clear. */
  flagsLogical(result: Value<Width>): void;
  /** Arm's condition field: a static number, or an immediate. */
  condition(condition: number | Value<32>): Bool;

  // ── Memory. Addresses are guest addresses; every access is checked. ────────────────────────────────────
  load<W extends Width = Width>(bits: ElementBits, address: Value<64>, options?: LoadOptions<W>): Value<W>;
  store(bits: ElementBits, address: Value<64>, value: Value<Width>): void;
  loadVector(address: Value<64>): Vector;
  storeVector(address: Value<64>, value: Vector): void;
  /**
   * Faults unless all of `[address, address + bytes)` permits the access. Accesses at `address`, or at
   * `m.add(address, constant)`, inside that range need no check of their own afterwards. At most 4096 bytes.
   */
  probe(address: Value<64>, bytes: number, access: Access): void;
  /** Faults unless the address is a multiple of `bytes`, for exclusive and ordered accesses. */
  requireAligned(address: Value<64>, bytes: number): void;

  // ── Vector registers ───────────────────────────────────────────────────────────────────────────────────
  readV(register: VectorRegister): Vector;
  /** `bits` 64 keeps the lower half of the value and clears the upper one, as instructions with Q = 0 do. */
  writeV(register: VectorRegister, value: Vector, bits?: 64 | 128): void;
  /** The low 32 or 64 bits as a float. */
  readF<S extends Width>(register: VectorRegister, size: S): Float<S>;
  /** Clears the rest of the register. */
  writeF(register: VectorRegister, value: Value<'f32' | 'f64'>): void;
  /** The low `bits` bits of an integer; clears the rest of the register. */
  writeScalar(register: VectorRegister, bits: ElementBits, value: Value<Width>): void;
  /**
   * One element. The index may be an immediate: it is folded into the register's address when predecoding. When reading,
   * it may go on into the registers behind (not past V31).
   */
  readElement<W extends Width = Width>(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    options?: LoadOptions<W>,
  ): Value<W>;
  /** One element; the others keep their value. */
  writeElement(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    value: Value<Width>,
  ): void;
  /** One element of a register in all lanes; as cheap as readV. */
  splatElement(register: VectorRegister, bits: ElementBits, index: number | Value<32>): Vector;

  // ── Vector and float operations, under their Wasm names ────────────────────────────────────────────────
  /** Example: ``m.wasm(`${shape}.add`, m.readV(Vn), m.readV(Vm))``. Lane 0 is the lowest, as in Arm. */
  wasm<N extends WasmOperation>(name: N, ...operands: WasmOperands<N>): WasmResult<N>;
  /** `f32.add`, `f64.add` and so on: the operands' type decides. Raw Wasm: see float/ for Arm's NaN rules. */
  floatUnary<F extends 'f32' | 'f64'>(operation: FloatUnary, a: Value<F>): Value<F>;
  floatBinary<F extends 'f32' | 'f64'>(operation: FloatBinary, a: Value<F>, b: NoInfer<Value<F>>): Value<F>;
  floatCompare<F extends 'f32' | 'f64'>(operation: FloatCompare, a: Value<F>, b: NoInfer<Value<F>>): Bool;
  /** `i8x16.shuffle`: byte i of the result is byte `lanes[i]` of a (0…15) and b (16…31). */
  shuffle(a: Vector, b: Vector, lanes: readonly number[]): Vector;
  bitselect(whenOne: Vector, whenZero: Vector, mask: Vector): Vector;
  splat(shape: IntegerShape, value: Value<Width>): Vector;
  splatFloat(value: Value<'f32' | 'f64'>): Vector;
  extract<W extends Width = Width>(
    shape: IntegerShape,
    a: Vector,
    lane: number,
    options?: LoadOptions<W>,
  ): Value<W>;
  replace(shape: IntegerShape, a: Vector, lane: number, value: Value<Width>): Vector;
  extractFloat<S extends Width>(size: S, a: Vector, lane: number): Float<S>;
  replaceFloat(a: Vector, lane: number, value: Value<'f32' | 'f64'>): Vector;
  /** What Wasm lacks: a function of the support module (see support/). */
  support<N extends SupportName>(name: N, ...operands: SupportArguments<N>): SupportResult<N>;

  // ── State ──────────────────────────────────────────────────────────────────────────────────────────────
  readState(name: StateName): Value<64>;
  writeState(name: StateName, value: Value<64>): void;
  /** CNTVCT_EL0: nanoseconds of the monotonic clock. */
  counter(): Value<64>;

  // ── Control ────────────────────────────────────────────────────────────────────────────────────────────
  /** Ends the instruction: nothing may follow. */
  branch(target: Value<64>): void;
  /** Falls through to the next instruction when the condition is 0; nothing may follow. */
  branchIf(condition: Bool, target: Value<64>): void;
  /** SVC. Nothing may follow. */
  supervisorCall(immediate: Value<32>): void;
  /** BRK. Nothing may follow. */
  breakpoint(immediate: Value<32>): void;
  /** Lets another task run, then goes on behind this instruction. Nothing may follow. */
  yieldTask(): void;
  /** IC IVAU: forgets what was derived from the code in this address's 64-byte line. */
  invalidateCode(address: Value<64>): void;
  /** An encoding that is unallocated for some values of immediates: the condition must be known when predecoding. */
  undefinedIf(condition: Bool): void;
}
