import {
  type Bool,
  type FlagName,
  GraphBuilder,
  Node,
  type Statement,
  type Value,
  type Width,
} from '@boxer/a64';
import type { PendingFlags } from './flag-state.ts';

/** The operands that a `writeFlags` statement computes flags from. */
export interface FlagOperands {
  readonly state: PendingFlags;
  readonly a: Node;
  readonly b: Node | undefined;
}

/** A flag node with this prefix stands for a whole condition; its code follows. */
export const CONDITION = 'condition:';

/**
 * Builds the graph of one instruction at a known address. Unlike the interpreter's, it remembers what flags are computed
 * from and leaves conditions whole, so that a comparison and the branch behind it become one Wasm comparison.
 */
export class TranslationBuilder extends GraphBuilder {
  readonly flagOperands = new Map<Statement, FlagOperands>();

  constructor(readonly address: number) {
    super(BigInt(address));
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
}
