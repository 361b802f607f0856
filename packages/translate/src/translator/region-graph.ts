import type { FlowNode } from './flow-graph.ts';
import { jumpsToTargets } from './jump-to-entries.ts';
import type { Block, Region } from './region.ts';

/** A block's code. */
export interface CodeNode extends FlowNode {
  readonly block: Block;
}
/** Where the function is entered: takes registers from the CPU state. */
export interface EntryNode extends FlowNode {
  readonly entry: number;
}
/** The function's beginning: chooses an entry. */
interface RootNode extends FlowNode {
  readonly root: true;
}
/** Where all jumps through registers meet. */
export interface SwitchNode extends FlowNode {
  readonly jumps: true;
}

export const isCode = (node: FlowNode): node is CodeNode => 'block' in node;
export const isEntry = (node: FlowNode): node is EntryNode => 'entry' in node;
export const isSwitch = (node: FlowNode): node is SwitchNode => 'jumps' in node;

/** A region as nodes that become structured control flow. */
export interface RegionGraph {
  readonly root: FlowNode;
  readonly nodes: readonly FlowNode[];
  /** By address. */
  readonly code: ReadonlyMap<number, CodeNode>;
  /** Absent when no jump stays in the region. */
  readonly jumps: SwitchNode | undefined;
}

/** @param entries - where the function may be entered, the most frequent place first */
export function regionGraph(region: Region, entries: readonly number[]): RegionGraph {
  const blocks = [...region.blocks.values()];
  let id = 0;
  const code = new Map(
    blocks.map((block): [number, CodeNode] => [block.pc, { id: id++, block, successors: [] }]),
  );
  const nodesAt = (addresses: readonly number[]) => addresses.flatMap((pc) => code.get(pc) ?? []);
  const jumps: SwitchNode | undefined = blocks.some(jumpsToTargets)
    ? { id: id++, jumps: true, successors: nodesAt(region.jumpTargets) }
    : undefined;
  for (const node of code.values())
    node.successors = jumps && jumpsToTargets(node.block) ? [jumps] : nodesAt(node.block.successors);
  const entryNodes = entries.map((entry): EntryNode => ({
    id: id++,
    entry,
    // Each target of a jump that is reached in another way, too, would cost a dispatch node around the switch.
    successors: jumps && region.jumpTargets.includes(entry) ? [jumps] : nodesAt([entry]),
  }));
  const root: RootNode = { id: id++, root: true, successors: entryNodes };
  const nodes = [root, ...entryNodes, ...code.values(), ...(jumps ? [jumps] : [])];
  return { root, nodes, code, jumps };
}
