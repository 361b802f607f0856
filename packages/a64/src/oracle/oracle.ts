import { decode } from '../decoder.ts';
import { DerivedMachine } from '../derived-machine.ts';
import { scalarOperations, type ScalarOperationName } from '../graph/scalar-operations.ts';
import type { FieldValues, Instruction } from '../instruction.ts';
import type { Access, FlagName, LoadOptions, Machine, StateName } from '../machine.ts';
import type { SupportArguments, SupportName, SupportResult } from '../support/index.ts';
import { supportFunctions } from '../support/index.ts';
import type { SupportFunction } from '../support/support-function.ts';
import type {
  Bool,
  ElementBits,
  Float,
  GeneralRegister,
  Kind,
  kindOf,
  Value,
  Vector,
  VectorRegister,
  Width,
} from '../value.ts';
import {
  type FloatBinary,
  type FloatCompare,
  type FloatUnary,
  type IntegerShape,
  type WasmOperands,
  type WasmOperation,
  wasmResultKind,
  type WasmResult,
} from '../wasm-operations.ts';
import {
  floatBinary,
  floatCompare,
  floatUnary,
  fromInteger,
  toBits,
  toInteger,
  toNumber,
} from './float-evaluation.ts';
import { join, split } from './lanes.ts';
import { vectorBinary, vectorShift, vectorUnary } from './vector-evaluation.ts';

/** Memory as the oracle sees it. Both methods throw {@link OracleFault} when the access is not permitted. */
export interface OracleMemory {
  read(address: bigint, bytes: number, access: Access): bigint;
  write(address: bigint, bytes: number, value: bigint): void;
}

/** State of one thread. */
export interface OracleState {
  /** X0…X30, then SP. */
  x: bigint[];
  v: bigint[];
  flags: Record<FlagName, bigint>;
  cells: Record<StateName, bigint>;
  pc: bigint;
}

/** The access is not permitted; nothing has changed. */
export class OracleFault extends Error {
  override readonly name = 'OracleFault';

  constructor(
    readonly address: bigint,
    readonly access: Access,
  ) {
    super(`${access} at 0x${address.toString(16)} is not permitted`);
  }
}

class Unallocated extends Error {}

/** What ended the instruction. */
export type OracleOutcome =
  'next' | 'branched' | 'undefined' | 'fault' | 'supervisorCall' | 'breakpoint' | 'yield';

class Concrete<K extends Kind = Kind> implements Value<K> {
  declare readonly [kindOf]: K;
  readonly immediate = true as const;

  constructor(
    readonly kind: K,
    readonly bits: bigint,
  ) {}
}

class Register {
  readonly general = true as const;
  readonly vector = true as const;

  constructor(readonly index: number) {}
}

const SIZES: Readonly<Record<Kind, number>> = { 32: 32, 64: 64, f32: 32, f64: 64, v128: 128 };
const shapeBits: Readonly<Record<IntegerShape, ElementBits>> = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64 };

function concrete<K extends Kind>(value: Value<K>): Concrete<K> {
  if (!(value instanceof Concrete)) throw new TypeError('The value belongs to another machine');
  return value as Concrete<K>;
}

function indexOf(register: GeneralRegister | VectorRegister): number {
  if (!(register instanceof Register)) throw new TypeError('The register belongs to another machine');
  return register.index;
}

const bitsOf = (value: Value) => concrete(value).bits;
const floatSize = (kind: Kind) => (kind === 'f64' ? 64 : 32);

/** Runs the semantics of rows on BigInts. Slow and plain: what the other backends are compared with. */
class Oracle extends DerivedMachine implements Machine {
  outcome: OracleOutcome = 'next';
  nextPc: bigint;
  readonly #stores: (() => void)[] = [];

  constructor(
    readonly state: OracleState,
    readonly memory: OracleMemory,
    readonly counterValue: bigint,
  ) {
    super();
    this.nextPc = state.pc + 4n;
  }

  /** Stores happen at the end, so that an instruction that turns out to be unallocated leaves no trace. */
  commit(): void {
    for (const store of this.#stores) store();
  }

  #make<K extends Kind>(kind: K, bits: bigint): Concrete<K> {
    return new Concrete(kind, BigInt.asUintN(SIZES[kind], bits));
  }

  widthOf(a: Value<Width>): Width {
    return concrete(a).kind;
  }

  #scalar(name: ScalarOperationName, a: Value<Width>, b?: Value<Width>): Concrete<Width> {
    const { comparison, evaluate } = scalarOperations[name];
    const left = concrete(a);
    return this.#make(comparison ? 32 : left.kind, evaluate(left.kind, left.bits, b ? bitsOf(b) : 0n));
  }

  add<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('add', a, b) as Concrete as Concrete<W>;
  }
  sub<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('sub', a, b) as Concrete as Concrete<W>;
  }
  mul<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('mul', a, b) as Concrete as Concrete<W>;
  }
  and<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('and', a, b) as Concrete as Concrete<W>;
  }
  or<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('or', a, b) as Concrete as Concrete<W>;
  }
  xor<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('xor', a, b) as Concrete as Concrete<W>;
  }
  shl<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('shl', a, b) as Concrete as Concrete<W>;
  }
  lsr<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('lsr', a, b) as Concrete as Concrete<W>;
  }
  asr<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('asr', a, b) as Concrete as Concrete<W>;
  }
  ror<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ror', a, b) as Concrete as Concrete<W>;
  }
  udivRaw<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('udivRaw', a, b) as Concrete as Concrete<W>;
  }
  sdivRaw<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('sdivRaw', a, b) as Concrete as Concrete<W>;
  }
  clz<W extends Width>(a: Value<W>) {
    return this.#scalar('clz', a) as Concrete as Concrete<W>;
  }
  ctz<W extends Width>(a: Value<W>) {
    return this.#scalar('ctz', a) as Concrete as Concrete<W>;
  }
  popcnt<W extends Width>(a: Value<W>) {
    return this.#scalar('popcnt', a) as Concrete as Concrete<W>;
  }
  sext8<W extends Width>(a: Value<W>) {
    return this.#scalar('sext8', a) as Concrete as Concrete<W>;
  }
  sext16<W extends Width>(a: Value<W>) {
    return this.#scalar('sext16', a) as Concrete as Concrete<W>;
  }
  sext32<W extends Width>(a: Value<W>) {
    return this.#scalar('sext32', a) as Concrete as Concrete<W>;
  }
  eqz(a: Value<Width>) {
    return this.#scalar('eqz', a) as Concrete as Concrete<32>;
  }
  eq<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('eq', a, b) as Concrete as Concrete<32>;
  }
  ne<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ne', a, b) as Concrete as Concrete<32>;
  }
  lts<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('lts', a, b) as Concrete as Concrete<32>;
  }
  ltu<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ltu', a, b) as Concrete as Concrete<32>;
  }
  ges<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ges', a, b) as Concrete as Concrete<32>;
  }
  geu<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('geu', a, b) as Concrete as Concrete<32>;
  }

  /** The exact product: not the derivation that the other backends share. */
  override umulh(a: Value<64>, b: Value<64>): Concrete<64> {
    return this.#make(64, (bitsOf(a) * bitsOf(b)) >> 64n);
  }

  override smulh(a: Value<64>, b: Value<64>): Concrete<64> {
    return this.#make(64, (BigInt.asIntN(64, bitsOf(a)) * BigInt.asIntN(64, bitsOf(b))) >> 64n);
  }

  constant<W extends Width>(width: W, value: number | bigint): Concrete<W> {
    return this.#make(width, BigInt(value));
  }

  vectorConstant(bytes: readonly number[]): Concrete<'v128'> {
    return this.#make('v128', join(bytes.map(BigInt), 8));
  }

  pc(): Concrete<64> {
    return this.#make(64, this.state.pc);
  }

  zext(a: Value<32>): Concrete<64> {
    return this.#make(64, bitsOf(a));
  }

  sext(a: Value<32>): Concrete<64> {
    return this.#make(64, BigInt.asIntN(32, bitsOf(a)));
  }

  wrap(a: Value<64>): Concrete<32> {
    return this.#make(32, bitsOf(a));
  }

  select<K extends Kind>(condition: Bool, a: Value<K>, b: Value<K>): Value<K> {
    return bitsOf(condition) ? a : b;
  }

  choose<K extends Kind>(condition: Bool, then: () => Value<K>, otherwise: () => Value<K>): Value<K> {
    return bitsOf(condition) ? then() : otherwise();
  }

  when(condition: Bool, then: () => void, otherwise: () => void = () => {}): void {
    if (bitsOf(condition)) then();
    else otherwise();
  }

  late<K extends Kind>(a: Value<K>): Value<K> {
    return a;
  }

  // ── Registers ──────────────────────────────────────────────────────────────────────────────────────────

  x(index: number): Register {
    return new Register(index);
  }

  v(index: number): Register {
    return new Register(index);
  }

  nextX(register: GeneralRegister, distance: number): Register {
    return new Register((indexOf(register) + distance) & 31);
  }

  nextV(register: VectorRegister, distance: number): Register {
    return new Register((indexOf(register) + distance) & 31);
  }

  registerNumber(register: GeneralRegister | VectorRegister): Concrete<32> {
    return this.#make(32, BigInt(indexOf(register)));
  }

  readX<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    const index = indexOf(register);
    return this.#make(
      width ?? 64,
      index === 31 ? 0n : (this.state.x[index] ?? 0n),
    ) as Concrete as Concrete<W>;
  }

  readXsp<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    return this.#make(width ?? 64, this.state.x[indexOf(register)] ?? 0n) as Concrete as Concrete<W>;
  }

  writeX(register: GeneralRegister, value: Value<Width>): void {
    if (indexOf(register) !== 31) this.state.x[indexOf(register)] = bitsOf(value);
  }

  writeXsp(register: GeneralRegister, value: Value<Width>): void {
    this.state.x[indexOf(register)] = bitsOf(value);
  }

  #vector(register: VectorRegister): bigint {
    return this.state.v[indexOf(register)] ?? 0n;
  }

  readV(register: VectorRegister): Concrete<'v128'> {
    return this.#make('v128', this.#vector(register));
  }

  writeV(register: VectorRegister, value: Vector, bits: 64 | 128 = 128): void {
    this.state.v[indexOf(register)] = BigInt.asUintN(bits, bitsOf(value));
  }

  readF<S extends Width>(register: VectorRegister, size: S): Float<S> {
    return this.#make(size === 64 ? 'f64' : 'f32', this.#vector(register)) as Concrete as Concrete<
      S extends 32 ? 'f32' : 'f64'
    >;
  }

  writeF(register: VectorRegister, value: Value<'f32' | 'f64'>): void {
    this.state.v[indexOf(register)] = bitsOf(value);
  }

  writeScalar(register: VectorRegister, bits: ElementBits, value: Value<Width>): void {
    this.state.v[indexOf(register)] = BigInt.asUintN(bits, bitsOf(value));
  }

  #element(register: VectorRegister, bits: number, index: number | Value<32>): bigint {
    const at = typeof index === 'number' ? index : Number(bitsOf(index));
    const count = 128 / bits;
    const holder = this.state.v[(indexOf(register) + Math.floor(at / count)) & 31] ?? 0n;
    return split(holder, bits)[at % count] ?? 0n;
  }

  #sized<W extends Width>(bits: number, value: bigint, options?: LoadOptions<W>): Concrete<W> {
    const width = options?.width ?? (bits === 64 ? 64 : 32);
    return this.#make(width, options?.signed ? BigInt.asIntN(bits, value) : value) as Concrete as Concrete<W>;
  }

  readElement<W extends Width = Width>(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    options?: LoadOptions<W>,
  ): Value<W> {
    return this.#sized(bits, this.#element(register, bits, index), options);
  }

  writeElement(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    value: Value<Width>,
  ): void {
    const at = typeof index === 'number' ? index : Number(bitsOf(index));
    this.state.v[indexOf(register)] = join(split(this.#vector(register), bits).with(at, bitsOf(value)), bits);
  }

  splatElement(register: VectorRegister, bits: ElementBits, index: number | Value<32>): Concrete<'v128'> {
    const lane = this.#element(register, bits, index);
    return this.#make(
      'v128',
      join(
        Array.from({ length: 128 / bits }, () => lane),
        bits,
      ),
    );
  }

  // ── Wasm operations ────────────────────────────────────────────────────────────────────────────────────

  wasm<N extends WasmOperation>(name: N, ...operands: WasmOperands<N>): WasmResult<N> {
    const [a, b] = operands as [Value, Value | undefined];
    const kind = wasmResultKind(name);
    const bits = this.#wasm(name, kind, concrete(a), b && concrete(b));
    return this.#make(kind, bits) as Concrete<never> as WasmResult<N>;
  }

  #wasm(name: WasmOperation, kind: Kind, a: Concrete, b: Concrete | undefined): bigint {
    if (a.kind === 'v128') {
      if (!b) return vectorUnary(name, a.bits);
      return b.kind === 32 ? vectorShift(name, a.bits, b.bits) : vectorBinary(name, a.bits, b.bits);
    }
    const signed = name.endsWith('_s');
    if (name.includes('reinterpret')) return a.bits;
    if (name.includes('trunc_sat')) return toInteger(floatSize(a.kind), a.bits, SIZES[kind], signed);
    if (name.includes('convert')) {
      const integer = signed ? BigInt.asIntN(SIZES[a.kind], a.bits) : a.bits;
      return fromInteger(floatSize(kind), integer);
    }
    return toBits(floatSize(kind), toNumber(floatSize(a.kind), a.bits));
  }

  floatUnary<F extends 'f32' | 'f64'>(operation: FloatUnary, a: Value<F>): Concrete<F> {
    const { kind, bits } = concrete(a);
    return this.#make(kind, floatUnary(floatSize(kind), operation, bits));
  }

  floatBinary<F extends 'f32' | 'f64'>(operation: FloatBinary, a: Value<F>, b: Value<F>): Concrete<F> {
    const { kind, bits } = concrete(a);
    return this.#make(kind, floatBinary(floatSize(kind), operation, bits, bitsOf(b)));
  }

  floatCompare<F extends 'f32' | 'f64'>(operation: FloatCompare, a: Value<F>, b: Value<F>): Concrete<32> {
    const { kind, bits } = concrete(a);
    return this.#make(32, floatCompare(floatSize(kind), operation, bits, bitsOf(b)) ? 1n : 0n);
  }

  shuffle(a: Vector, b: Vector, lanes: readonly number[]): Concrete<'v128'> {
    const bytes = [...split(bitsOf(a), 8), ...split(bitsOf(b), 8)];
    return this.#make(
      'v128',
      join(
        lanes.map((lane) => bytes[lane] ?? 0n),
        8,
      ),
    );
  }

  bitselect(whenOne: Vector, whenZero: Vector, mask: Vector): Concrete<'v128'> {
    const bits = bitsOf(mask);
    return this.#make('v128', (bitsOf(whenOne) & bits) | (bitsOf(whenZero) & ~bits));
  }

  #splat(bits: number, lane: bigint): Concrete<'v128'> {
    return this.#make(
      'v128',
      join(
        Array.from({ length: 128 / bits }, () => lane),
        bits,
      ),
    );
  }

  splat(shape: IntegerShape, value: Value<Width>): Concrete<'v128'> {
    return this.#splat(shapeBits[shape], bitsOf(value));
  }

  splatFloat(value: Value<'f32' | 'f64'>): Concrete<'v128'> {
    return this.#splat(SIZES[concrete(value).kind], bitsOf(value));
  }

  extract<W extends Width = Width>(
    shape: IntegerShape,
    a: Vector,
    lane: number,
    options?: LoadOptions<W>,
  ): Value<W> {
    return this.#sized(shapeBits[shape], split(bitsOf(a), shapeBits[shape])[lane] ?? 0n, options);
  }

  replace(shape: IntegerShape, a: Vector, lane: number, value: Value<Width>): Concrete<'v128'> {
    const bits = shapeBits[shape];
    return this.#make('v128', join(split(bitsOf(a), bits).with(lane, bitsOf(value)), bits));
  }

  extractFloat<S extends Width>(size: S, a: Vector, lane: number): Float<S> {
    const bits = split(bitsOf(a), size)[lane] ?? 0n;
    return this.#make(size === 64 ? 'f64' : 'f32', bits) as Concrete as Concrete<
      S extends 32 ? 'f32' : 'f64'
    >;
  }

  replaceFloat(a: Vector, lane: number, value: Value<'f32' | 'f64'>): Concrete<'v128'> {
    const { kind, bits } = concrete(value);
    return this.#make('v128', join(split(bitsOf(a), SIZES[kind]).with(lane, bits), SIZES[kind]));
  }

  support<N extends SupportName>(name: N, ...operands: SupportArguments<N>): SupportResult<N> {
    const row: SupportFunction = supportFunctions[name];
    const bits = (operands as Value[]).map(bitsOf);
    return this.#make(row.result, row.reference(...bits)) as Concrete<never> as SupportResult<N>;
  }

  // ── Flags, state, memory ───────────────────────────────────────────────────────────────────────────────

  readFlag(flag: FlagName): Concrete<32> {
    return this.#make(32, this.state.flags[flag]);
  }

  writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void {
    this.state.flags = { n: bitsOf(n), z: bitsOf(z), c: bitsOf(c), v: bitsOf(v) };
  }

  readState(name: StateName): Concrete<64> {
    return this.#make(64, this.state.cells[name]);
  }

  writeState(name: StateName, value: Value<64>): void {
    this.state.cells[name] = bitsOf(value);
  }

  counter(): Concrete<64> {
    return this.#make(64, this.counterValue);
  }

  load<W extends Width = Width>(bits: ElementBits, address: Value<64>, options?: LoadOptions<W>): Value<W> {
    return this.#sized(bits, this.memory.read(bitsOf(address), bits / 8, 'read'), options);
  }

  loadVector(address: Value<64>): Concrete<'v128'> {
    return this.#make('v128', this.memory.read(bitsOf(address), 16, 'read'));
  }

  #store(address: bigint, bytes: number, value: bigint): void {
    this.memory.read(address, bytes, 'write');
    this.#stores.push(() => this.memory.write(address, bytes, BigInt.asUintN(bytes * 8, value)));
  }

  store(bits: ElementBits, address: Value<64>, value: Value<Width>): void {
    this.#store(bitsOf(address), bits / 8, bitsOf(value));
  }

  storeVector(address: Value<64>, value: Vector): void {
    this.#store(bitsOf(address), 16, bitsOf(value));
  }

  probe(address: Value<64>, bytes: number, access: Access): void {
    this.memory.read(bitsOf(address), bytes, access);
  }

  requireAligned(address: Value<64>, bytes: number): void {
    if (bitsOf(address) % BigInt(bytes) !== 0n) throw new OracleFault(bitsOf(address), 'read');
  }

  // ── Control ────────────────────────────────────────────────────────────────────────────────────────────

  branch(target: Value<64>): void {
    this.outcome = 'branched';
    this.nextPc = bitsOf(target);
  }

  branchIf(condition: Bool, target: Value<64>): void {
    if (bitsOf(condition)) this.branch(target);
  }

  supervisorCall(): void {
    this.outcome = 'supervisorCall';
  }

  breakpoint(): void {
    this.outcome = 'breakpoint';
    this.nextPc = this.state.pc;
  }

  yieldTask(): void {
    this.outcome = 'yield';
  }

  invalidateCode(): void {
    // The oracle keeps nothing derived from code.
  }

  undefinedIf(condition: Bool): void {
    if (bitsOf(condition)) throw new Unallocated();
  }
}

function argumentsFor(
  oracle: Oracle,
  { pattern }: Instruction,
  fields: FieldValues,
): Record<string, unknown> {
  return Object.fromEntries(
    pattern.fields.map(({ name, kind }) => {
      const value = fields[name] ?? 0;
      if (kind === 'static') return [name, value];
      return [name, kind === 'immediate' ? oracle.constant(32, value) : new Register(value)];
    }),
  );
}

const copy = (state: OracleState): OracleState => ({
  x: [...state.x],
  v: [...state.v],
  flags: { ...state.flags },
  cells: { ...state.cells },
  pc: state.pc,
});

/**
 * Executes one instruction word. Where it faults or is unallocated, the state is as before.
 *
 * @param state - changed by the instruction, pc included
 * @returns how the instruction ended
 */
export function execute(state: OracleState, memory: OracleMemory, word: number, counter = 0n): OracleOutcome {
  const decoded = decode(word);
  if (!decoded) return 'undefined';
  const working = copy(state);
  const oracle = new Oracle(working, memory, counter);
  try {
    decoded.instruction.semantics(oracle, argumentsFor(oracle, decoded.instruction, decoded.fields));
  } catch (error) {
    if (error instanceof Unallocated) return 'undefined';
    if (error instanceof OracleFault) return 'fault';
    throw error;
  }
  oracle.commit();
  Object.assign(state, working, { pc: oracle.nextPc });
  return oracle.outcome;
}
