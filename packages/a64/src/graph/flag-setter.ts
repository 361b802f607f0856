import type { Bool, Value, Width } from '../value.ts';
import type { Node } from './node.ts';
import type { ValueGraph } from './value-graph.ts';

/** What the flags tell of: a difference, or a value beside zero. */
export interface FlagSetter {
  readonly kind: 'sub' | 'logical';
  readonly a: Node<Width>;
  readonly b: Node<Width>;
  readonly result: Node<Width>;
}

/**
 * The comparison that a condition comes to when it is asked in the block that sets the flags.
 *
 * @param code - Arm's condition field
 * @returns undefined when it takes the flags themselves
 */
export function directCondition(m: ValueGraph, setter: FlagSetter, code: number): Bool | undefined {
  if (code >= 14) return undefined;
  const { a, b, result } = setter;
  const isSub = setter.kind === 'sub';
  const zero: Value<Width> = m.constant(result.kind, 0);
  const bases = [
    () => m.eq(a, b),
    isSub ? () => m.geu(a, b) : undefined,
    () => m.lts(result, zero),
    undefined,
    isSub ? () => m.ltu(b, a) : undefined,
    () => m.eqz(m.lts(a, b)),
    () => m.lts(b, a),
  ];
  const base = bases[code >> 1]?.();
  return base && (code & 1) === 1 ? m.eqz(base) : base;
}
