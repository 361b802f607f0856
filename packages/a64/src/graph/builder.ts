import type { Access, FlagName, LoadOptions, Machine, StateName } from '../machine.ts';
import { supportFunctions } from '../support/index.ts';
import type { SupportArguments, SupportName, SupportResult } from '../support/index.ts';
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
import { directCondition, type FlagSetter } from './flag-setter.ts';
import { type Node, type NodeDetail, RegisterOperand, type Statement } from './node.ts';
import { type Probe, probeCovering } from './probes.ts';
import { asNode, ValueGraph } from './value-graph.ts';

function asRegister(register: GeneralRegister | VectorRegister): RegisterOperand {
  if (!(register instanceof RegisterOperand)) throw new TypeError('The register belongs to another machine');
  return register;
}

/** Records what a row's semantics do: a graph of values and a list of statements. */
export class GraphBuilder extends ValueGraph implements Machine {
  #probes: Probe[] = [];
  #wrote = false;
  #ended = false;
  /** What set the flags, as long as nothing else may have. */
  #flagSetter: FlagSetter | undefined;
  /** Statements at the level where the row is now. */
  #body: Statement[] = [];
  /** Conditions, known when predecoding, under which the encoding is unallocated. */
  readonly undefinedWhen: Node[] = [];

  get body(): readonly Statement[] {
    return this.#body;
  }

  // ── Statements ─────────────────────────────────────────────────────────────────────────────────────────

  /** An operation whose place in the order of effects matters. */
  #ordered<K extends Kind>(op: string, kind: K, args: readonly Node[], detail: NodeDetail): Node<K> {
    const node = this.make(op, kind, args, 1, detail);
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

  #write(statement: Statement): void {
    this.#wrote = true;
    this.#push(statement);
  }

  support<N extends SupportName>(name: N, ...operands: SupportArguments<N>): SupportResult<N> {
    const { params, result } = supportFunctions[name];
    const args = (operands as Value[]).map(asNode);
    const given = args.map((arg) => arg.kind).join();
    if (given !== params.join()) throw new TypeError(`${name}(${params.join()}) is called with (${given})`);
    return this.#ordered('support', result, args, { name }) as Node as Node<never> as SupportResult<N>;
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
    return asNode(distance === 0 ? moved : this.and(moved, this.constant(32, 31)));
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

  // ── Flags and state ────────────────────────────────────────────────────────────────────────────────────

  readFlag(flag: FlagName): Node<32> {
    return this.#ordered('flag', 32, [], { name: flag });
  }

  writeFlags(n: Bool, z: Bool, c: Bool, v: Bool): void {
    this.#flagSetter = undefined;
    this.#write({ type: 'writeFlags', n: asNode(n), z: asNode(z), c: asNode(c), v: asNode(v) });
  }

  override flagsSub<W extends Width>(a: Value<W>, b: Value<W>, result: Value<W>): void {
    super.flagsSub(a, b, result);
    this.#flagSetter = {
      kind: 'sub',
      a: asNode<Width>(a),
      b: asNode<Width>(b),
      result: asNode<Width>(result),
    };
  }

  override flagsLogical(result: Value<Width>): void {
    super.flagsLogical(result);
    const node = asNode(result);
    this.#flagSetter = { kind: 'logical', a: node, b: asNode(this.constant(node.kind, 0)), result: node };
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

  #directCondition(code: number): Bool | undefined {
    return this.#flagSetter && directCondition(this, this.#flagSetter, code);
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

  #load<K extends Kind>(kind: K, bits: number, address: Value<64>, signed: boolean): Node<K> {
    const node = asNode(address);
    const covered = probeCovering(this.#probes, node, bits / 8, 'read');
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
    const covered = probeCovering(this.#probes, node, bits / 8, 'write');
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
    const node = this.make('choice', thenValue.kind, [], 1, {});
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
    this.#flagSetter = undefined;
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
