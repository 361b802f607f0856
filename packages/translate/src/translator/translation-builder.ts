import {
  type Bool,
  type FloatCompare,
  type FlagName,
  GraphBuilder,
  type Kind,
  Node,
  type Statement,
  type Value,
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

/** Nodes that are an address: `value` bytes from the instruction, or from the page that it lies in. */
type AddressOperation = 'address' | 'pageAddress';
const isAddress = (op: string): op is AddressOperation => op === 'address' || op === 'pageAddress';

/**
 * @returns the address that a node stands for when its instruction lies at `pc`, perhaps below 0; undefined for other nodes
 */
export function addressOf({ op, detail }: Node, pc: number): number | undefined {
  if (!isAddress(op)) return undefined;
  return (op === 'address' ? pc : pc - (pc % PAGE_SIZE_BYTES)) + Number(detail.value ?? 0n);
}

/**
 * Builds the graph of one instruction, wherever it lies: addresses are nodes of their own, `address` and `pageAddress`, with
 * the distance as value. Unlike the interpreter's, it remembers what flags are computed from and leaves conditions whole, so
 * that a comparison and the branch behind it become one Wasm comparison.
 */
export class TranslationBuilder extends GraphBuilder {
  readonly flagOperands = new Map<Statement, FlagOperands>();
  #addresses = 0;

  constructor() {
    // The address itself is never asked for, see pc().
    super(0n);
  }

  /** Numbered apart from the nodes that the graph makes itself. */
  #address(op: AddressOperation, distance: bigint): Node<64> {
    this.#addresses -= 1;
    return new Node(this.#addresses, op, 64, [], 1, { value: BigInt.asIntN(64, distance) });
  }

  override pc(): Node<64> {
    return this.#address('address', 0n);
  }

  override add<W extends Width>(a: Value<W>, b: Value<W>): Node<W> {
    if (a instanceof Node && b instanceof Node && isAddress(a.op) && b.isConstant) {
      const distance = (a.detail.value ?? 0n) + BigInt.asIntN(64, b.value);
      return this.#address(a.op, distance) as Node as Node<W>;
    }
    return super.add(a, b);
  }

  override and<W extends Width>(a: Value<W>, b: Value<W>): Node<W> {
    if (a instanceof Node && b instanceof Node && isAddress(a.op)) {
      const toPage = b.isConstant && BigInt.asIntN(64, b.value) === -BigInt(PAGE_SIZE_BYTES);
      if (!toPage || a.op !== 'address' || a.detail.value !== 0n)
        throw new TypeError('Only the page of an instruction is known');
      return this.#address('pageAddress', 0n) as Node as Node<W>;
    }
    return super.and(a, b);
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
  override eqz(a: Value<Width>): Node<32> {
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
