import { decode } from '../decoder.ts';
import type { FieldValues, Instruction } from '../instruction.ts';
import type { Access, FlagName, LoadOptions, Machine, StateName } from '../machine.ts';
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
} from '../value.ts';
import { bitsOf, Concrete, indexOf, Register } from './concrete.ts';
import { ConcreteValues } from './concrete-values.ts';
import { join, repeat, split } from './lanes.ts';
import { OracleFault, type OracleMemory, type OracleOutcome, type OracleState } from './state.ts';

class Unallocated extends Error {}

/** Runs the semantics of rows on BigInts: what the other backends are compared with. */
class Oracle extends ConcreteValues implements Machine {
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

  pc(): Concrete<64> {
    return this.make(64, this.state.pc);
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
    return this.make(32, BigInt(indexOf(register)));
  }

  readX<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    const index = indexOf(register);
    return this.make(width ?? 64, index === 31 ? 0n : (this.state.x[index] ?? 0n)) as Concrete as Concrete<W>;
  }

  readXsp<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    return this.make(width ?? 64, this.state.x[indexOf(register)] ?? 0n) as Concrete as Concrete<W>;
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
    return this.make('v128', this.#vector(register));
  }

  writeV(register: VectorRegister, value: Vector, bits: 64 | 128 = 128): void {
    this.state.v[indexOf(register)] = BigInt.asUintN(bits, bitsOf(value));
  }

  readF<S extends Width>(register: VectorRegister, size: S): Float<S> {
    return this.make(size === 64 ? 'f64' : 'f32', this.#vector(register)) as Concrete as Concrete<
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

  readElement<W extends Width = Width>(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    options?: LoadOptions<W>,
  ): Value<W> {
    return this.sized(bits, this.#element(register, bits, index), options);
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
    return this.make('v128', repeat(lane, bits));
  }

  // ── Flags, state, memory ───────────────────────────────────────────────────────────────────────────────

  readFlag(flag: FlagName): Concrete<32> {
    return this.make(32, this.state.flags[flag]);
  }

  writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void {
    this.state.flags = { n: bitsOf(n), z: bitsOf(z), c: bitsOf(c), v: bitsOf(v) };
  }

  /** Not the derivation that the other backends share. @source Arm ARM DDI 0487, AddWithCarry() */
  #flagsOfSum(width: Width, a: bigint, b: bigint, carry: bigint): void {
    const signed = (value: bigint) => BigInt.asIntN(width, value);
    const result = BigInt.asUintN(width, a + b + carry);
    const bit = (holds: boolean) => (holds ? 1n : 0n);
    this.state.flags = {
      n: bit(signed(result) < 0n),
      z: bit(result === 0n),
      c: bit(a + b + carry !== result),
      v: bit(signed(a) + signed(b) + carry !== signed(result)),
    };
  }

  override flagsAdd<W extends Width>(a: Value<W>, b: Value<W>): void {
    this.#flagsOfSum(this.widthOf(a), bitsOf(a), bitsOf(b), 0n);
  }

  override flagsSub<W extends Width>(a: Value<W>, b: Value<W>): void {
    const width = this.widthOf(a);
    this.#flagsOfSum(width, bitsOf(a), BigInt.asUintN(width, ~bitsOf(b)), 1n);
  }

  readState(name: StateName): Concrete<64> {
    return this.make(64, this.state.cells[name]);
  }

  writeState(name: StateName, value: Value<64>): void {
    this.state.cells[name] = bitsOf(value);
  }

  counter(): Concrete<64> {
    return this.make(64, this.counterValue);
  }

  load<W extends Width = Width>(bits: ElementBits, address: Value<64>, options?: LoadOptions<W>): Value<W> {
    return this.sized(bits, this.memory.read(bitsOf(address), bits / 8, 'read'), options);
  }

  loadVector(address: Value<64>): Concrete<'v128'> {
    return this.make('v128', this.memory.read(bitsOf(address), 16, 'read'));
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

  choose<K extends Kind>(condition: Bool, then: () => Value<K>, otherwise: () => Value<K>): Value<K> {
    return bitsOf(condition) ? then() : otherwise();
  }

  when(condition: Bool, then: () => void, otherwise: () => void = () => {}): void {
    if (bitsOf(condition)) then();
    else otherwise();
  }

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
