import { DerivedMachine } from '../derived-machine.ts';
import type { LoadOptions } from '../machine.ts';
import type { Field } from '../pattern.ts';
import { type ScalarOperationName, scalarOperations } from '../scalar-operations.ts';
import type { Bool, Float, Immediate, Kind, Value, Vector, Width } from '../value.ts';
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
import { Node, type NodeDetail, type Stage } from './node.ts';

const floatShapes = { f32: 'f32x4', f64: 'f64x2' } as const;
const ADDITIVE = new Set(['add', 'sub', 'or', 'xor', 'shl', 'lsr', 'asr', 'ror']);

/** The node that a value of a graph is. */
export function asNode<K extends Kind>(value: Value<K>): Node<K> {
  if (!(value instanceof Node)) throw new TypeError('The value belongs to another machine');
  return value as Node<K>;
}

/**
 * What semantics compute without reading or changing anything: constants are folded, equal operations share a node. Values
 * that depend on the word and its address alone have stage 0.
 */
export abstract class ValueGraph extends DerivedMachine {
  readonly #nodes = new Map<string, Node>();
  #count = 0;

  constructor(
    /** Where the address of the instruction is known already: when translating. */
    readonly knownPc?: bigint,
  ) {
    super();
  }

  protected make<K extends Kind>(
    op: string,
    kind: K,
    args: readonly Node[],
    stage: Stage,
    detail: NodeDetail,
  ): Node<K> {
    return new Node(this.#count++, op, kind, args, stage, detail);
  }

  /** Equal operations share a node. */
  #pure<K extends Kind>(
    op: string,
    kind: K,
    args: readonly Node[],
    detail: NodeDetail = {},
    stage?: Stage,
  ): Node<K> {
    const { value, field, name, lanes, lane, signed } = detail;
    const parts = [op, kind, ...args.map((a) => a.id), '|', value, field?.name, name, lanes, lane, signed];
    const key = parts.join();
    const known = this.#nodes.get(key);
    if (known) return known as Node<K>;
    const node = this.make(op, kind, args, stage ?? (args.some((a) => a.stage === 1) ? 1 : 0), detail);
    setBounds(node);
    this.#nodes.set(key, node);
    return node;
  }

  widthOf(a: Value<Width>): Width {
    const { kind } = asNode(a);
    if (kind !== 32 && kind !== 64) throw new TypeError(`An integer is expected, not ${String(kind)}`);
    return kind;
  }

  protected override scalar(
    name: ScalarOperationName,
    left: Value<Width>,
    right?: Value<Width>,
  ): Node<Width> {
    const operation = scalarOperations[name];
    const a = asNode(left);
    const b = right && asNode(right);
    const width = this.widthOf(a);
    if (b && b.kind !== width) throw new TypeError(`${name} of ${width} and ${String(b.kind)} bits`);
    const kind = operation.comparison ? 32 : width;
    if (a.isConstant && b?.isConstant !== false) {
      return asNode(this.constant(kind, operation.evaluate(width, a.value, b?.value ?? 0n)));
    }
    return this.#identity(name, a, b) ?? this.#pure(name, kind, b ? [a, b] : [a]);
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

  // ── Wasm operations ────────────────────────────────────────────────────────────────────────────────────

  #wasm<K extends Kind>(name: string, kind: K, ...args: readonly Node[]): Node<K> {
    return this.#pure('wasm', kind, args, { name }, 1);
  }

  wasm<N extends WasmOperation>(name: N, ...operands: WasmOperands<N>): WasmResult<N> {
    const args = (operands as Value[]).map(asNode);
    return this.#wasm(name, wasmResultKind(name), ...args) as Node as Node<never> as WasmResult<N>;
  }

  floatUnary<F extends 'f32' | 'f64'>(operation: FloatUnary, a: Value<F>): Node<F> {
    const node = asNode(a);
    return this.#wasm(`${node.kind}.${operation}`, node.kind, node);
  }

  floatBinary<F extends 'f32' | 'f64'>(operation: FloatBinary, a: Value<F>, b: Value<F>): Node<F> {
    const node = asNode(a);
    return this.#wasm(`${node.kind}.${operation}`, node.kind, node, asNode(b));
  }

  floatCompare<F extends 'f32' | 'f64'>(operation: FloatCompare, a: Value<F>, b: Value<F>): Node<32> {
    const node = asNode(a);
    return this.#wasm(`${node.kind}.${operation}`, 32, node, asNode(b));
  }

  shuffle(a: Vector, b: Vector, lanes: readonly number[]): Node<'v128'> {
    if (lanes.length !== 16 || lanes.some((lane) => !(lane >= 0 && lane < 32))) {
      throw new RangeError(`A shuffle needs 16 lanes of 0…31, not [${lanes.join()}]`);
    }
    return this.#pure('shuffle', 'v128', [asNode(a), asNode(b)], { lanes }, 1);
  }

  bitselect(whenOne: Vector, whenZero: Vector, mask: Vector): Node<'v128'> {
    return this.#wasm('v128.bitselect', 'v128', asNode(whenOne), asNode(whenZero), asNode(mask));
  }

  /** An integer that a lane can be made of. */
  #element(shape: IntegerShape, value: Value<Width>): Node<Width> {
    return asNode(this.resize(value, shape === 'i64x2' ? 64 : 32) as Value<Width>);
  }

  splat(shape: IntegerShape, value: Value<Width>): Node<'v128'> {
    return this.#wasm(`${shape}.splat`, 'v128', this.#element(shape, value));
  }

  splatFloat(value: Value<'f32' | 'f64'>): Node<'v128'> {
    const node = asNode(value);
    return this.#wasm(`${floatShapes[node.kind]}.splat`, 'v128', node);
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
    return this.#pure(
      'replace',
      'v128',
      [asNode(a), this.#element(shape, value)],
      { name: `${shape}.replace_lane`, lane },
      1,
    );
  }

  extractFloat<S extends Width>(size: S, a: Vector, lane: number): Float<S> {
    const kind = size === 64 ? 'f64' : 'f32';
    const name = `${floatShapes[kind]}.extract_lane`;
    const node = this.#pure('extract', kind, [asNode(a)], { name, lane }, 1);
    return node as Node as Node<S extends 32 ? 'f32' : 'f64'>;
  }

  replaceFloat(a: Vector, lane: number, value: Value<'f32' | 'f64'>): Node<'v128'> {
    const node = asNode(value);
    const name = `${floatShapes[node.kind]}.replace_lane`;
    return this.#pure('replace', 'v128', [asNode(a), node], { name, lane }, 1);
  }
}
