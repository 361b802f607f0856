import { DerivedMachine } from '../derived-machine.ts';
import type { Access, FlagName, LoadOptions, Machine, StateName } from '../machine.ts';
import type { Field } from '../pattern.ts';
import { supportFunctions } from '../support/index.ts';
import type { SupportArguments, SupportName, SupportResult } from '../support/index.ts';
import type {
  Bool,
  ElementBits,
  Float,
  GeneralRegister,
  Immediate,
  Kind,
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
import { setBounds } from './interval.ts';
import { Node, type NodeDetail, RegisterOperand, type Stage, type Statement } from './node.ts';
import { scalarOperations, type ScalarOperationName } from './scalar-operations.ts';

/** A stretch of memory whose permission was checked. */
interface Probe {
  readonly address: Node;
  readonly bytes: number;
  readonly access: Access;
}

interface Compared {
  readonly kind: 'sub' | 'logical';
  readonly a: Node<Width>;
  readonly b: Node<Width>;
  readonly result: Node<Width>;
}

const ADDITIVE = new Set(['add', 'sub', 'or', 'xor', 'shl', 'lsr', 'asr', 'ror']);

function asNode<K extends Kind>(value: Value<K>): Node<K> {
  if (!(value instanceof Node)) throw new TypeError('The value belongs to another machine');
  return value as Node<K>;
}

function asRegister(register: GeneralRegister | VectorRegister): RegisterOperand {
  if (!(register instanceof RegisterOperand)) throw new TypeError('The register belongs to another machine');
  return register;
}

/** Splits `base + constant`. */
function splitAddress(address: Node): { base: Node; offset: bigint } {
  const [base, offset] = address.args;
  if (address.op === 'add' && base && offset?.isConstant)
    return { base, offset: BigInt.asIntN(64, offset.value) };
  return { base: address, offset: 0n };
}

/**
 * Records what a row's semantics do as a graph of values and a list of statements, folding constants. Values that
 * depend on the word and its address alone have stage 0.
 */
export class GraphBuilder extends DerivedMachine implements Machine {
  readonly #nodes = new Map<string, Node>();
  #count = 0;
  #probes: Probe[] = [];
  #wrote = false;
  #ended = false;
  #compared: Compared | undefined;
  /** Statements at the level where the row is now. */
  #body: Statement[] = [];
  /** Conditions, known when predecoding, under which the encoding is unallocated. */
  readonly undefinedWhen: Node[] = [];

  constructor(
    /** Where the address of the instruction is known already: when translating. */
    readonly knownPc?: bigint,
  ) {
    super();
  }

  get body(): readonly Statement[] {
    return this.#body;
  }

  // ── Nodes ──────────────────────────────────────────────────────────────────────────────────────────────

  #make<K extends Kind>(
    op: string,
    kind: K,
    args: readonly Node[],
    stage: Stage,
    detail: NodeDetail,
  ): Node<K> {
    return new Node(this.#count++, op, kind, args, stage, detail);
  }

  /** A pure operation; equal ones share a node. */
  #pure<K extends Kind>(
    op: string,
    kind: K,
    args: readonly Node[],
    detail: NodeDetail = {},
    stage?: Stage,
  ): Node<K> {
    const { value, field, name, lanes, shape, lane, signed } = detail;
    const parts = [
      op,
      kind,
      ...args.map((a) => a.id),
      '|',
      value,
      field?.name,
      name,
      lanes,
      shape,
      lane,
      signed,
    ];
    const key = parts.join();
    const known = this.#nodes.get(key);
    if (known) return known as Node<K>;
    const node = this.#make(op, kind, args, stage ?? (args.some((a) => a.stage === 1) ? 1 : 0), detail);
    setBounds(node);
    this.#nodes.set(key, node);
    return node;
  }

  /** An operation whose place in the order of effects matters. */
  #ordered<K extends Kind>(op: string, kind: K, args: readonly Node[], detail: NodeDetail): Node<K> {
    const node = this.#make(op, kind, args, 1, detail);
    this.#push({ type: 'let', node });
    return node;
  }

  #push(statement: Statement): void {
    if (this.#ended) throw new RangeError('nothing may follow a branch, system call, breakpoint or yield');
    this.#body.push(statement);
  }

  #end(statement: Statement): void {
    this.#push(statement);
    this.#ended = true;
  }

  widthOf(a: Value<Width>): Width {
    const { kind } = asNode(a);
    if (kind !== 32 && kind !== 64) throw new TypeError(`An integer is expected, not ${String(kind)}`);
    return kind;
  }

  #scalar(name: ScalarOperationName, ...operands: Value<Width>[]): Node<Width> {
    const operation = scalarOperations[name];
    const args = operands.map(asNode);
    const [a, b] = args;
    if (!a) throw new TypeError(`${name} has no operand`);
    const width = this.widthOf(a);
    if (b && b.kind !== width) throw new TypeError(`${name} of ${width} and ${String(b.kind)} bits`);
    const kind = operation.comparison ? 32 : width;
    if (args.every((arg) => arg.isConstant)) {
      return asNode(this.constant(kind, operation.evaluate(width, a.value, b?.value ?? 0n)));
    }
    return this.#identity(name, a, b) ?? this.#pure(name, kind, args);
  }

  /** Operations that one known operand decides. */
  #identity(name: ScalarOperationName, a: Node<Width>, b: Node<Width> | undefined): Node<Width> | undefined {
    if (b?.isConstant) {
      if (b.value === 0n && ADDITIVE.has(name)) return a;
      if (b.value === 0n && (name === 'and' || name === 'mul')) return b;
      if (b.value === 1n && name === 'mul') return a;
      if (name === 'and' && b.value === BigInt.asUintN(b.kind, -1n)) return a;
    }
    if (b && a.isConstant && a.value === 0n) {
      if (name === 'add' || name === 'or' || name === 'xor') return b;
      if (['and', 'mul', 'shl', 'lsr', 'asr', 'ror'].includes(name)) return a;
    }
    return undefined;
  }

  add<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('add', a, b) as Node as Node<W>;
  }
  sub<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('sub', a, b) as Node as Node<W>;
  }
  mul<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('mul', a, b) as Node as Node<W>;
  }
  and<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('and', a, b) as Node as Node<W>;
  }
  or<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('or', a, b) as Node as Node<W>;
  }
  xor<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('xor', a, b) as Node as Node<W>;
  }
  shl<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('shl', a, b) as Node as Node<W>;
  }
  lsr<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('lsr', a, b) as Node as Node<W>;
  }
  asr<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('asr', a, b) as Node as Node<W>;
  }
  ror<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ror', a, b) as Node as Node<W>;
  }
  udivRaw<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('udivRaw', a, b) as Node as Node<W>;
  }
  sdivRaw<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('sdivRaw', a, b) as Node as Node<W>;
  }
  clz<W extends Width>(a: Value<W>) {
    return this.#scalar('clz', a) as Node as Node<W>;
  }
  ctz<W extends Width>(a: Value<W>) {
    return this.#scalar('ctz', a) as Node as Node<W>;
  }
  popcnt<W extends Width>(a: Value<W>) {
    return this.#scalar('popcnt', a) as Node as Node<W>;
  }
  sext8<W extends Width>(a: Value<W>) {
    return this.#scalar('sext8', a) as Node as Node<W>;
  }
  sext16<W extends Width>(a: Value<W>) {
    return this.#scalar('sext16', a) as Node as Node<W>;
  }
  sext32<W extends Width>(a: Value<W>) {
    return this.#scalar('sext32', a) as Node as Node<W>;
  }
  eqz(a: Value<Width>) {
    return this.#scalar('eqz', a) as Node as Node<32>;
  }
  eq<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('eq', a, b) as Node as Node<32>;
  }
  ne<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ne', a, b) as Node as Node<32>;
  }
  lts<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('lts', a, b) as Node as Node<32>;
  }
  ltu<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ltu', a, b) as Node as Node<32>;
  }
  ges<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('ges', a, b) as Node as Node<32>;
  }
  geu<W extends Width>(a: Value<W>, b: Value<W>) {
    return this.#scalar('geu', a, b) as Node as Node<32>;
  }

  constant<W extends Width>(width: W, value: number | bigint): Node<W> {
    return this.#pure('const', width, [], { value: BigInt.asUintN(width, BigInt(value)) });
  }

  vectorConstant(bytes: readonly number[]): Node<'v128'> {
    const value = bytes.reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n);
    return this.#pure('const', 'v128', [], { value }, 1);
  }

  /** The field of an instruction word, known when predecoding. */
  field(field: Field): Immediate & Node<32> {
    const node = this.#pure('field', 32, [], { field });
    return Object.assign(node, { immediate: true as const });
  }

  pc(): Node<64> {
    return this.knownPc === undefined ? this.#pure('pc', 64, []) : this.constant(64, this.knownPc);
  }

  zext(a: Value<32>): Node<64> {
    const node = asNode(a);
    return node.isConstant ? this.constant(64, node.value) : this.#pure('zext', 64, [node]);
  }

  sext(a: Value<32>): Node<64> {
    const node = asNode(a);
    return node.isConstant
      ? this.constant(64, BigInt.asIntN(32, node.value))
      : this.#pure('sext', 64, [node]);
  }

  wrap(a: Value<64>): Node<32> {
    const node = asNode(a);
    return node.isConstant ? this.constant(32, node.value) : this.#pure('wrap', 32, [node]);
  }

  select<K extends Kind>(condition: Bool, a: Value<K>, b: Value<K>): Node<K> {
    const [test, whenTrue, whenFalse] = [asNode(condition), asNode(a), asNode(b)];
    if (test.isConstant) return test.value ? whenTrue : whenFalse;
    return whenTrue === whenFalse
      ? whenTrue
      : this.#pure('select', whenTrue.kind, [whenTrue, whenFalse, test]);
  }

  late<K extends Kind>(a: Value<K>): Node<K> {
    const node = asNode(a);
    return this.knownPc === undefined ? this.#pure('late', node.kind, [node], {}, 1) : node;
  }

  // ── Registers ──────────────────────────────────────────────────────────────────────────────────────────

  x(index: number): RegisterOperand {
    return new RegisterOperand(undefined, index, 0);
  }

  v(index: number): RegisterOperand {
    return new RegisterOperand(undefined, index, 0);
  }

  nextX(register: GeneralRegister, distance: number): RegisterOperand {
    return asRegister(register).next(distance);
  }

  nextV(register: VectorRegister, distance: number): RegisterOperand {
    return asRegister(register).next(distance);
  }

  registerNumber(register: GeneralRegister | VectorRegister): Node<32> {
    const { field, distance, number } = asRegister(register);
    if (!field) return this.constant(32, number ?? 0);
    const moved = this.add(this.field(field), this.constant(32, distance));
    return distance === 0 ? moved : this.and(moved, this.constant(32, 31));
  }

  readX<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    return this.#readX(asRegister(register), width ?? 64, false) as Node as Node<W>;
  }

  readXsp<W extends Width = 64>(register: GeneralRegister, width?: W): Value<W> {
    return this.#readX(asRegister(register), width ?? 64, true) as Node as Node<W>;
  }

  #readX(register: RegisterOperand, width: Width, stackPointer: boolean): Node<Width> {
    if (register.number === 31 && !stackPointer) return asNode(this.constant(width, 0));
    return this.#ordered('readX', width, [], { register, stackPointer });
  }

  writeX(register: GeneralRegister, value: Value<Width>): void {
    this.#writeX(asRegister(register), asNode(value), false);
  }

  writeXsp(register: GeneralRegister, value: Value<Width>): void {
    this.#writeX(asRegister(register), asNode(value), true);
  }

  #writeX(register: RegisterOperand, value: Node, stackPointer: boolean): void {
    if (register.number === 31 && !stackPointer) return;
    this.#write({ type: 'writeX', register, stackPointer, value });
  }

  #write(statement: Statement): void {
    this.#wrote = true;
    this.#push(statement);
  }

  readV(register: VectorRegister): Node<'v128'> {
    return this.#ordered('readV', 'v128', [], { register: asRegister(register) });
  }

  writeV(register: VectorRegister, value: Vector, bits: 64 | 128 = 128): void {
    this.#write({ type: 'writeV', register: asRegister(register), value: asNode(value), bits });
  }

  readF<S extends Width>(register: VectorRegister, size: S): Float<S> {
    const kind = size === 64 ? 'f64' : 'f32';
    return this.#ordered('readF', kind, [], { register: asRegister(register) }) as Node as Node<
      S extends 32 ? 'f32' : 'f64'
    >;
  }

  writeF(register: VectorRegister, value: Value<'f32' | 'f64'>): void {
    this.#write({ type: 'writeF', register: asRegister(register), value: asNode(value) });
  }

  writeScalar(register: VectorRegister, bits: ElementBits, value: Value<Width>): void {
    this.#write({
      type: 'writeScalar',
      register: asRegister(register),
      bits,
      value: this.#sized(bits, value),
    });
  }

  /** An integer that `bits` can be stored from. */
  #sized(bits: ElementBits, value: Value<Width>): Node {
    return bits === 64 ? asNode(this.resize(value, 64)) : asNode(value);
  }

  #index(index: number | Value<32>): Node {
    const node = typeof index === 'number' ? this.constant(32, index) : asNode(index);
    if (node.stage !== 0) throw new TypeError('An element index must be known when predecoding');
    return node;
  }

  #width(bits: number, options: LoadOptions<Width> | undefined): Width {
    const width = options?.width ?? (bits === 64 ? 64 : 32);
    if (bits > width) throw new TypeError(`Cannot read ${bits} bits as ${width}`);
    return width;
  }

  readElement<W extends Width = Width>(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    options?: LoadOptions<W>,
  ): Value<W> {
    const detail = { register: asRegister(register), bits, signed: options?.signed ?? false };
    return this.#ordered(
      'readElement',
      this.#width(bits, options),
      [this.#index(index)],
      detail,
    ) as Node as Node<W>;
  }

  writeElement(
    register: VectorRegister,
    bits: ElementBits,
    index: number | Value<32>,
    value: Value<Width>,
  ): void {
    const target = asRegister(register);
    this.#write({
      type: 'writeElement',
      register: target,
      bits,
      index: this.#index(index),
      value: this.#sized(bits, value),
    });
  }

  splatElement(register: VectorRegister, bits: ElementBits, index: number | Value<32>): Node<'v128'> {
    return this.#ordered('splatElement', 'v128', [this.#index(index)], {
      register: asRegister(register),
      bits,
    });
  }

  // ── Wasm operations ────────────────────────────────────────────────────────────────────────────────────

  wasm<N extends WasmOperation>(name: N, ...operands: WasmOperands<N>): WasmResult<N> {
    const args = (operands as Value[]).map(asNode);
    return this.#pure(
      'wasm',
      wasmResultKind(name),
      args,
      { name },
      1,
    ) as Node as Node<never> as WasmResult<N>;
  }

  floatUnary<F extends 'f32' | 'f64'>(operation: FloatUnary, a: Value<F>): Node<F> {
    const node = asNode(a);
    return this.#pure('wasm', node.kind, [node], { name: `${node.kind}.${operation}` }, 1);
  }

  floatBinary<F extends 'f32' | 'f64'>(operation: FloatBinary, a: Value<F>, b: Value<F>): Node<F> {
    const node = asNode(a);
    return this.#pure('wasm', node.kind, [node, asNode(b)], { name: `${node.kind}.${operation}` }, 1);
  }

  floatCompare<F extends 'f32' | 'f64'>(operation: FloatCompare, a: Value<F>, b: Value<F>): Node<32> {
    const node = asNode(a);
    return this.#pure('wasm', 32, [node, asNode(b)], { name: `${node.kind}.${operation}` }, 1);
  }

  shuffle(a: Vector, b: Vector, lanes: readonly number[]): Node<'v128'> {
    if (lanes.length !== 16 || lanes.some((lane) => !(lane >= 0 && lane < 32))) {
      throw new RangeError(`A shuffle needs 16 lanes of 0…31, not [${lanes.join()}]`);
    }
    return this.#pure('shuffle', 'v128', [asNode(a), asNode(b)], { lanes }, 1);
  }

  bitselect(whenOne: Vector, whenZero: Vector, mask: Vector): Node<'v128'> {
    return this.#pure(
      'wasm',
      'v128',
      [asNode(whenOne), asNode(whenZero), asNode(mask)],
      { name: 'v128.bitselect' },
      1,
    );
  }

  splat(shape: IntegerShape, value: Value<Width>): Node<'v128'> {
    const lane = shape === 'i64x2' ? this.resize(value, 64) : this.resize(value, 32);
    return this.#pure('wasm', 'v128', [asNode(lane)], { name: `${shape}.splat` }, 1);
  }

  splatFloat(value: Value<'f32' | 'f64'>): Node<'v128'> {
    const node = asNode(value);
    return this.#pure(
      'wasm',
      'v128',
      [node],
      { name: node.kind === 'f64' ? 'f64x2.splat' : 'f32x4.splat' },
      1,
    );
  }

  extract<W extends Width = Width>(
    shape: IntegerShape,
    a: Vector,
    lane: number,
    options?: LoadOptions<W>,
  ): Value<W> {
    const narrow = shape === 'i8x16' || shape === 'i16x8';
    const name = `${shape}.extract_lane${narrow ? (options?.signed ? '_s' : '_u') : ''}`;
    const node = this.#pure<Width>('extract', shape === 'i64x2' ? 64 : 32, [asNode(a)], { name, lane }, 1);
    const width = options?.width ?? node.kind;
    const wide = width === 64 && node.kind === 32;
    return (
      wide && options?.signed ? this.sext(node as Node as Node<32>) : this.resize(node, width)
    ) as Value<W>;
  }

  replace(shape: IntegerShape, a: Vector, lane: number, value: Value<Width>): Node<'v128'> {
    const element = asNode(shape === 'i64x2' ? this.resize(value, 64) : this.resize(value, 32));
    return this.#pure('replace', 'v128', [asNode(a), element], { name: `${shape}.replace_lane`, lane }, 1);
  }

  extractFloat<S extends Width>(size: S, a: Vector, lane: number): Float<S> {
    const [kind, name] = size === 64 ? (['f64', 'f64x2'] as const) : (['f32', 'f32x4'] as const);
    const node = this.#pure('extract', kind, [asNode(a)], { name: `${name}.extract_lane`, lane }, 1);
    return node as Node as Node<S extends 32 ? 'f32' : 'f64'>;
  }

  replaceFloat(a: Vector, lane: number, value: Value<'f32' | 'f64'>): Node<'v128'> {
    const node = asNode(value);
    const name = `${node.kind === 'f64' ? 'f64x2' : 'f32x4'}.replace_lane`;
    return this.#pure('replace', 'v128', [asNode(a), node], { name, lane }, 1);
  }

  support<N extends SupportName>(name: N, ...operands: SupportArguments<N>): SupportResult<N> {
    const { params, result } = supportFunctions[name];
    const args = (operands as Value[]).map(asNode);
    const given = args.map((arg) => arg.kind).join();
    if (given !== params.join()) throw new TypeError(`${name}(${params.join()}) is called with (${given})`);
    return this.#ordered('support', result, args, { name }) as Node as Node<never> as SupportResult<N>;
  }

  // ── Flags and state ────────────────────────────────────────────────────────────────────────────────────

  readFlag(flag: FlagName): Node<32> {
    return this.#ordered('flag', 32, [], { name: flag });
  }

  writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void {
    this.#compared = undefined;
    this.#write({ type: 'writeFlags', n: asNode(n), z: asNode(z), c: asNode(c), v: asNode(v) });
  }

  override flagsSub<W extends Width>(a: Value<W>, b: Value<W>, result: Value<W>): void {
    super.flagsSub(a, b, result);
    this.#compared = { kind: 'sub', a: asNode<Width>(a), b: asNode<Width>(b), result: asNode<Width>(result) };
  }

  override flagsLogical(result: Value<Width>): void {
    super.flagsLogical(result);
    const node = asNode(result);
    this.#compared = { kind: 'logical', a: node, b: asNode(this.constant(node.kind, 0)), result: node };
  }

  override condition(condition: number | Value<32>): Bool {
    const known =
      typeof condition !== 'number' && asNode(condition).isConstant
        ? Number(asNode(condition).value)
        : condition;
    return (typeof known === 'number' ? this.#directCondition(known) : undefined) ?? super.condition(known);
  }

  /**
   * What a condition comes to behind the last statement, when flags were set here by a comparison.
   *
   * @returns undefined when it takes the flags themselves
   */
  comparison(code: number): Node<32> | undefined {
    const condition = this.#directCondition(code);
    return condition && asNode(condition);
  }

  /** The comparison that set the flags in this very block, instead of the flags. */
  #directCondition(code: number): Bool | undefined {
    const compared = this.#compared;
    if (!compared || code >= 14) return undefined;
    const { a, b, result } = compared;
    const isSub = compared.kind === 'sub';
    const zero = this.constant(result.kind, 0);
    const bases = [
      () => this.eq(a, b),
      isSub ? () => this.geu(a, b) : undefined,
      () => this.lts(result, zero),
      undefined,
      isSub ? () => this.ltu(b, a) : undefined,
      () => this.eqz(this.lts(a, b)),
      () => this.lts(b, a),
    ];
    const base = bases[code >> 1]?.();
    return base && (code & 1) === 1 ? this.eqz(base) : base;
  }

  readState(name: StateName): Node<64> {
    return this.#ordered('state', 64, [], { name });
  }

  writeState(name: StateName, value: Value<64>): void {
    this.#write({ type: 'writeState', name, value: asNode(value) });
  }

  counter(): Node<64> {
    return this.#ordered('counter', 64, [], {});
  }

  // ── Memory ─────────────────────────────────────────────────────────────────────────────────────────────

  #mayFault(): void {
    if (this.#wrote) throw new RangeError('an access that may fault follows a write');
  }

  /** The probe that covers an access, and the access's distance from the probed address. */
  #covered(address: Node, bytes: number, access: Access): { probe: Probe; distance: number } | undefined {
    const wanted = splitAddress(address);
    for (const probe of this.#probes) {
      if (access === 'write' && probe.access !== 'write') continue;
      const known = probe.address === address ? wanted : splitAddress(probe.address);
      // The probed address itself may be the base of the sum.
      const direct = wanted.base === probe.address ? wanted.offset : undefined;
      const distance = direct ?? (known.base === wanted.base ? wanted.offset - known.offset : undefined);
      if (distance !== undefined && distance >= 0n && distance + BigInt(bytes) <= BigInt(probe.bytes)) {
        return { probe, distance: Number(distance) };
      }
    }
    return undefined;
  }

  #load<K extends Kind>(kind: K, bits: number, address: Value<64>, signed: boolean): Node<K> {
    const node = asNode(address);
    const covered = this.#covered(node, bits / 8, 'read');
    if (covered) {
      const { probe, distance } = covered;
      return this.#ordered('load', kind, [probe.address], { bits, signed, uncheckedOffset: distance });
    }
    this.#mayFault();
    return this.#ordered('load', kind, [node], { bits, signed });
  }

  load<W extends Width = Width>(bits: ElementBits, address: Value<64>, options?: LoadOptions<W>): Value<W> {
    return this.#load(this.#width(bits, options), bits, address, options?.signed ?? false) as Node as Node<W>;
  }

  loadVector(address: Value<64>): Node<'v128'> {
    return this.#load('v128', 128, address, false);
  }

  #store(bits: number, address: Value<64>, value: Node): void {
    const node = asNode(address);
    const covered = this.#covered(node, bits / 8, 'write');
    if (!covered) this.#mayFault();
    this.#write({
      type: 'store',
      bits,
      address: covered?.probe.address ?? node,
      value,
      uncheckedOffset: covered?.distance,
    });
  }

  store(bits: ElementBits, address: Value<64>, value: Value<Width>): void {
    this.#store(bits, address, this.#sized(bits, value));
  }

  storeVector(address: Value<64>, value: Vector): void {
    this.#store(128, address, asNode(value));
  }

  probe(address: Value<64>, bytes: number, access: Access): void {
    if (bytes > 4096) throw new RangeError(`Cannot probe ${bytes} bytes at once: 4096 at most`);
    this.#mayFault();
    const node = asNode(address);
    this.#push({ type: 'probe', address: node, bytes, access });
    this.#probes.push({ address: node, bytes, access });
  }

  requireAligned(address: Value<64>, bytes: number): void {
    this.#mayFault();
    if (bytes > 1) this.#push({ type: 'requireAligned', address: asNode(address), bytes });
  }

  // ── Control ────────────────────────────────────────────────────────────────────────────────────────────

  /** Records the statements of one side of a choice. */
  #side<T>(write: () => T): { statements: Statement[]; value: T; wrote: boolean } {
    const [body, wrote, probes] = [this.#body, this.#wrote, this.#probes];
    const statements: Statement[] = [];
    this.#body = statements;
    this.#probes = [...probes];
    try {
      const value = write();
      return { statements, value, wrote: this.#wrote };
    } finally {
      this.#body = body;
      this.#wrote = wrote;
      this.#probes = probes;
      this.#ended = false;
    }
  }

  when(condition: Bool, then: () => void, otherwise: () => void = () => {}): void {
    const test = asNode(condition);
    if (test.isConstant) return test.value ? then() : otherwise();
    const [yes, no] = [this.#side(then), this.#side(otherwise)];
    // oxlint-disable-next-line unicorn/no-thenable -- statements, not a function
    this.#push({ type: 'if', condition: test, then: yes.statements, otherwise: no.statements });
    this.#afterChoice(yes.wrote || no.wrote);
  }

  choose<K extends Kind>(condition: Bool, then: () => Value<K>, otherwise: () => Value<K>): Value<K> {
    const test = asNode(condition);
    if (test.isConstant) return test.value ? then() : otherwise();
    const [yes, no] = [this.#side(then), this.#side(otherwise)];
    const [thenValue, otherwiseValue] = [asNode(yes.value), asNode(no.value)];
    if (thenValue.kind !== otherwiseValue.kind)
      throw new TypeError('The two sides of a choice differ in kind');
    const node = this.#make('choice', thenValue.kind, [], 1, {});
    this.#push({
      type: 'choose',
      node,
      condition: test,
      // oxlint-disable-next-line unicorn/no-thenable -- statements, not a function
      then: yes.statements,
      thenValue,
      otherwise: no.statements,
      otherwiseValue,
    });
    this.#afterChoice(yes.wrote || no.wrote);
    return node;
  }

  #afterChoice(wrote: boolean): void {
    this.#wrote ||= wrote;
    this.#compared = undefined;
  }

  branch(target: Value<64>): void {
    this.#end({ type: 'branch', target: asNode(target) });
  }

  branchIf(condition: Bool, target: Value<64>): void {
    const test = asNode(condition);
    if (!test.isConstant) this.#end({ type: 'branchIf', condition: test, target: asNode(target) });
    else if (test.value) this.branch(target);
  }

  supervisorCall(_immediate: Value<32>): void {
    this.#end({ type: 'supervisorCall' });
  }

  breakpoint(_immediate: Value<32>): void {
    this.#end({ type: 'breakpoint' });
  }

  yieldTask(): void {
    this.#end({ type: 'yieldTask' });
  }

  invalidateCode(address: Value<64>): void {
    this.#write({ type: 'invalidateCode', address: asNode(address) });
  }

  undefinedIf(condition: Bool): void {
    const test = asNode(condition);
    if (test.stage !== 0) throw new TypeError('undefinedIf needs a condition known when predecoding');
    if (!test.isConstant || test.value !== 0n) this.undefinedWhen.push(test);
  }
}
