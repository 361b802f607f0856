import {
  type Bool,
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
    const nested = ([first, ...rest]: readonly Node[]): Value<K> =>
      first ? super.choose(first as Node<32>, () => nested(rest), otherwise) : then();
    return nested(tests);
  }
}

/** The operands of nested `and`s. */
const conjuncts = (node: Node): Node[] => (node.op === 'and' ? node.args.flatMap(conjuncts) : [node]);
