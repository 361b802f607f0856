import { atLeastOneArgument } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `EXPOSE port[/protocol] …`. */
export interface ExposeInstruction extends InstructionCommon {
  readonly kind: 'expose';
  /** Sorted; may hold variables. */
  readonly ports: readonly string[];
}

/** @throws {@link DockerfileError} without arguments; ports are checked after expansion */
export function parseExpose(node: InstructionNode): ExposeInstruction {
  if (node.args.length === 0) throw atLeastOneArgument('EXPOSE');
  parseFlags(node.flags, {});
  return { kind: 'expose', ...commonOf(node), ports: node.args.toSorted(compare) };
}

/** By code unit, as opposed to a locale's order. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
