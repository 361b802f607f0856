import {
  type Bool,
  evaluate,
  type Field,
  type FloatCompare,
  type FlagName,
  type GeneralRegister,
  GraphBuilder,
  type Kind,
  Node,
  type RegisterOperand,
  type Statement,
  type Value,
  type VectorRegister,
  type Width,
} from '@boxer/a64';
import { PAGE_SIZE_BYTES } from '@boxer/abi';
import type { PendingFlags } from './flag-state.ts';

/** The operands that a `writeFlags` statement computes flags from. */
export interface FlagOperands {
  readonly state: PendingFlags;
  readonly a: Node;
  readonly b: Node | undefined;
}

/** A flag node with this prefix stands for a whole condition; its code follows. */
export const CONDITION = 'condition:';

/** Flag nodes that stand for a state of the floating-point unit: FPCR is 0, and FPSR.IXC is set besides. */
export const FLOAT_CONTROL = 'float:control';
export const FLOAT_INEXACT = 'float:inexact';

const INEXACT = 0x10n;
const isState = (node: Node | undefined, name: string) => node?.op === 'state' && node.detail.name === name;

/** `fpcr | ((fpsr & IXC) ^ IXC)`, as a64's floating point asks for it. */
function isFastFloatTest(node: Node): boolean {
  const [control, inexact] = node.args;
  if (node.op !== 'or' || !isState(control, 'fpcr') || inexact?.op !== 'xor') return false;
  const [bit, one] = inexact.args;
  const [status, mask] = bit?.args ?? [];
  return (
    bit?.op === 'and' &&
    isState(status, 'fpsr') &&
    [one, mask].every((n) => n?.isConstant && n.value === INEXACT)
  );
}

/** What an address counts from: the instruction, or the page that it lies in. */
type Origin = 'instruction' | 'page';

/** What a bit of the instruction's word adds to a distance. */
interface BitWeight {
  readonly bit: number;
  readonly weight: number;
}

/** An address that is known but for where the instruction lies. */
class AddressNode extends Node<64> {
  constructor(
    id: number,
    readonly origin: Origin,
    /** In bytes; what the word says comes on top. */
    readonly distance: number,
    readonly weights: readonly BitWeight[],
  ) {
    super(id, 'address', 64, [], 1, {});
  }

  at(pc: number, word: number): number {
    let address = this.distance + (this.origin === 'page' ? pc - (pc % PAGE_SIZE_BYTES) : pc);
    for (const { bit, weight } of this.weights) if ((word >>> bit) & 1) address += weight;
    return address;
  }
}

/**
 * @returns the address that a node stands for when its instruction is `word` and lies at `pc`, perhaps below 0; undefined for
 *   other nodes
 */
export function addressOf(node: Node, pc: number, word: number): number | undefined {
  return node instanceof AddressNode ? node.at(pc, word) : undefined;
}

/** Distances are sums of their bits, the highest of which may count below 0. */
function weightsOf(distance: Node): BitWeight[] {
  return fieldsIn(distance).flatMap(({ name, low, bits }) =>
    Array.from({ length: bits }, (_, i): BitWeight => {
      const weight = evaluate(distance, { [name]: 2 ** i });
      return { bit: low + i, weight: Number(BigInt.asIntN(64, weight)) };
    }),
  );
}

/** Fields that a node of stage 0 is computed from. */
function fieldsIn({ detail, args }: Node): Field[] {
  return [...new Set([...(detail.field ? [detail.field] : []), ...args.flatMap(fieldsIn)])];
}

/**
 * Builds the graph of one instruction, wherever it lies. Unlike the interpreter's, it remembers what flags are computed from
 * and leaves conditions whole, so that a comparison and the branch behind it become one Wasm comparison.
 */
export class TranslationBuilder extends GraphBuilder {
  readonly flagOperands = new Map<Statement, FlagOperands>();
  /** Whether the graph has addresses. */
  isRelative = false;
  /** Whether the graph depends on the numbers of registers that were left open: then it is wrong. */
  needsNumbers = false;
  #addresses = 0;

  constructor() {
    // The address itself is never asked for, see pc().
    super(0n);
  }

  /** Numbered apart from the nodes that the graph makes itself. */
  #address(origin: Origin, distance: number, weights: readonly BitWeight[] = []): AddressNode {
    this.#addresses -= 1;
    return new AddressNode(this.#addresses, origin, distance, weights);
  }

  override pc(): Node<64> {
    this.isRelative = true;
    return this.#address('instruction', 0);
  }

  override add<W extends Width>(a: Value<W>, b: Value<W>): Value<W> {
    if (!(a instanceof AddressNode) || !(b instanceof Node)) return super.add(a, b);
    const known = b.isConstant ? Number(BigInt.asIntN(64, b.value)) : 0;
    const weights = b.isConstant ? [] : weightsOf(b);
    return this.#address(a.origin, a.distance + known, [...a.weights, ...weights]) as Node as Node<W>;
  }

  override and<W extends Width>(a: Value<W>, b: Value<W>): Value<W> {
    if (!(a instanceof AddressNode)) return super.and(a, b);
    const toPage =
      b instanceof Node && b.isConstant && BigInt.asIntN(64, b.value) === -BigInt(PAGE_SIZE_BYTES);
    if (!toPage || a.origin !== 'instruction' || a.distance !== 0 || a.weights.length > 0)
      throw new TypeError('Of an address only its page can be taken');
    return this.#address('page', 0) as Node as Node<W>;
  }

  override nextX(register: GeneralRegister, distance: number): RegisterOperand {
    const next = super.nextX(register, distance);
    // It may be 31, which reads as zero.
    if (next.number === undefined) this.needsNumbers = true;
    return next;
  }

  override registerNumber(register: GeneralRegister | VectorRegister): Node<32> {
    const number = super.registerNumber(register);
    if (!number.isConstant) this.needsNumbers = true;
    return number;
  }

  #remember(kind: 'sub' | 'add' | 'logical', a: Value<Width>, b?: Value<Width>): void {
    const statement = this.body.at(-1);
    if (!(a instanceof Node) || statement?.type !== 'writeFlags') return;
    const state = `${kind}${a.kind === 64 ? 64 : 32}` as const;
    this.flagOperands.set(statement, { state, a, b: b instanceof Node ? b : undefined });
  }

  override flagsAdd<W extends Width>(a: Value<W>, b: Value<W>, result: Value<W>): void {
    super.flagsAdd(a, b, result);
    this.#remember('add', a, b);
  }

  override flagsSub<W extends Width>(a: Value<W>, b: Value<W>, result: Value<W>): void {
    super.flagsSub(a, b, result);
    this.#remember('sub', a, b);
  }

  override flagsLogical(result: Value<Width>): void {
    super.flagsLogical(result);
    this.#remember('logical', result);
  }

  override condition(condition: number | Value<32>): Bool {
    const code =
      condition instanceof Node ? (condition.isConstant ? Number(condition.value) : undefined) : condition;
    if (typeof code !== 'number') return super.condition(condition);
    return code >= 14 ? this.constant(32, 1) : this.readFlag(`${CONDITION}${code}` as FlagName);
  }

  /** Whether direct arithmetic is exact does not change between most instructions: it is kept in locals. */
  override eqz(a: Value<Width>): Bool {
    if (a instanceof Node && isState(a, 'fpcr')) return this.readFlag(FLOAT_CONTROL as FlagName);
    if (a instanceof Node && isFastFloatTest(a)) return this.readFlag(FLOAT_INEXACT as FlagName);
    return super.eqz(a);
  }

  /** Tests of direct arithmetic become one branch each, all to the same rare side: cheaper than joining them. */
  override choose<K extends Kind>(
    condition: Bool,
    then: () => Value<K>,
    otherwise: () => Value<K>,
  ): Value<K> {
    const tests = condition instanceof Node ? conjuncts(condition) : [];
    if (!tests.some(({ op, detail }) => op === 'flag' && detail.name === FLOAT_INEXACT))
      return super.choose(condition, then, otherwise);
    const nested = ([first, ...rest]: readonly Node[]): Value<K> => {
      if (!first) return then();
      const quick = this.#quickTest(first);
      if (quick === undefined) return super.choose(first as Node<32>, () => nested(rest), otherwise);
      // The value of the rare way is never asked for: the interpreter goes on there.
      this.when(this.eqz(quick), () => this.when(this.eqz(first as Node<32>), () => void otherwise()));
      return nested(rest);
    };
    return nested(tests);
  }

  /** A cheaper condition under which a product or quotient is not denormal: its square is not 0. */
  #quickTest({ op, args }: Node): Node<32> | undefined {
    const result = op === 'or' && args[0] ? magnitudeTest(args[0], 'gt', 'smallest') : undefined;
    if (!result) return undefined;
    const value = result as Node<'f64'>;
    return super.floatCompare(
      'gt',
      this.floatBinary('mul', value, value),
      this.floatBinary('sub', value, value),
    );
  }

  /** Finite numbers less themselves are 0, others NaN: cheaper than the magnitude. */
  override floatCompare<F extends 'f32' | 'f64'>(
    operation: FloatCompare,
    a: Value<F>,
    b: Value<F>,
  ): Node<32> {
    const test = super.floatCompare(operation, a, b);
    const finite = operation === 'lt' ? magnitudeTest(test, 'lt', 'infinity') : undefined;
    if (!finite) return test;
    const value = finite as Node<'f64'>;
    const zero = this.floatBinary('sub', value, value);
    return super.floatCompare('ge', zero, zero);
  }
}

/** Bits of infinity and of the smallest normal number, by format. */
const LIMITS = {
  f64: { infinity: 0x7ff0_0000_0000_0000n, smallest: 0x0010_0000_0000_0000n },
  f32: { infinity: 0x7f80_0000n, smallest: 0x0080_0000n },
} as const;

/** Whether a node is the float with these bits. */
function isFloat(node: Node | undefined, bits: bigint): boolean {
  const [argument] = node?.args ?? [];
  return Boolean(
    node?.detail.name?.includes('reinterpret') && argument?.isConstant && argument.value === bits,
  );
}

/** `x`, when a node is `|x| operation limit`. */
function magnitudeTest(node: Node, operation: 'lt' | 'gt', limit: 'infinity' | 'smallest'): Node | undefined {
  const [magnitude, bound] = node.args;
  const kind = magnitude?.kind;
  if ((kind !== 'f32' && kind !== 'f64') || node.detail.name !== `${kind}.${operation}`) return undefined;
  if (magnitude?.detail.name !== `${kind}.abs` || !isFloat(bound, LIMITS[kind][limit])) return undefined;
  return magnitude.args[0];
}

/** The operands of nested `and`s. */
const conjuncts = (node: Node): Node[] => (node.op === 'and' ? node.args.flatMap(conjuncts) : [node]);
