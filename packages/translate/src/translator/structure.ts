import { FlowGraph, type FlowNode, type Route } from './flow-graph.ts';

const UNKNOWN = -1;

/**
 * A graph that was made reducible by dispatch nodes, with dominators: what code generation asks about it. Nodes have dense
 * ids: tables by id hold what is known of them.
 *
 * @source Ramsey, "Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow" (2022)
 */
export class StructuredGraph {
  /** In reverse postorder. */
  order: readonly FlowNode[] = [];
  #positions = new Int32Array();
  /** Position of each node's dominator, by position. */
  #dominators = new Int32Array();
  #loopHeaders = new Uint8Array();
  #merges = new Map<FlowNode, FlowNode[]>();
  #isMerge = new Uint8Array();
  readonly #graph: FlowGraph;

  constructor(
    readonly root: FlowNode,
    nodes: readonly FlowNode[],
  ) {
    this.#graph = new FlowGraph(root, nodes);
    this.#analyse();
    if (!this.#isReducible()) {
      this.#graph.makeReducible();
      this.#analyse();
    }
    this.#classify();
  }

  #analyse(): void {
    this.#orderNodes();
    this.#findDominators();
  }

  /** Children in the dominator tree that several forward edges lead to, last in order first. */
  merges(node: FlowNode): readonly FlowNode[] {
    return this.#merges.get(node) ?? [];
  }

  isLoopHeader(node: FlowNode): boolean {
    return this.#loopHeaders[node.id] === 1;
  }

  isMerge(node: FlowNode): boolean {
    return this.#isMerge[node.id] === 1;
  }

  /** Place in reverse postorder. */
  position(node: FlowNode): number {
    return this.#positions[node.id] ?? UNKNOWN;
  }

  isBackward(from: FlowNode, to: FlowNode): boolean {
    return this.position(to) <= this.position(from);
  }

  /** The way an edge takes through dispatch nodes. */
  route(from: FlowNode, to: FlowNode): Route {
    return this.#graph.route(from, to);
  }

  // ── Order and dominators ───────────────────────────────────────────────────────────────────────────────

  #orderNodes(): void {
    const positions = new Int32Array(this.#graph.size).fill(UNKNOWN);
    const SEEN = 0;
    const postorder: FlowNode[] = [];
    const frames = [{ node: this.root, next: this.#graph.successors(this.root), at: 0 }];
    positions[this.root.id] = SEEN;
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const to = frame.next[frame.at++];
      if (!to) {
        postorder.push(frame.node);
        frames.pop();
      } else if (positions[to.id] === UNKNOWN) {
        positions[to.id] = SEEN;
        frames.push({ node: to, next: this.#graph.successors(to), at: 0 });
      }
    }
    this.order = postorder.reverse();
    this.order.forEach((node, i) => {
      positions[node.id] = i;
    });
    this.#positions = positions;
  }

  #findDominators(): void {
    const { order } = this;
    const predecessors: number[][] = order.map(() => []);
    order.forEach((node, from) => {
      for (const to of this.#graph.successors(node)) predecessors[this.position(to)]?.push(from);
    });
    const dominators = new Int32Array(order.length).fill(UNKNOWN);
    dominators[0] = 0;
    this.#dominators = dominators;
    for (let changed = true; changed;) {
      changed = false;
      for (let at = 1; at < order.length; at++) {
        let dominator = UNKNOWN;
        for (const from of predecessors[at] ?? []) {
          if (dominators[from] === UNKNOWN) continue;
          dominator = dominator === UNKNOWN ? from : this.#common(dominator, from);
        }
        if (dominators[at] === dominator) continue;
        dominators[at] = dominator;
        changed = true;
      }
    }
  }

  #common(a: number, b: number): number {
    let [left, right] = [a, b];
    while (left !== right) {
      while (left > right) left = this.#dominators[left] ?? 0;
      while (right > left) right = this.#dominators[right] ?? 0;
    }
    return left;
  }

  /** Whether every edge back leads to a node that dominates its source. */
  #isReducible(): boolean {
    return this.order.every((node, from) =>
      this.#graph.successors(node).every((successor) => {
        const to = this.position(successor);
        return to > from || this.#common(to, from) === to;
      }),
    );
  }

  #classify(): void {
    const forward = new Uint32Array(this.order.length);
    this.#loopHeaders = new Uint8Array(this.#graph.size);
    this.#isMerge = new Uint8Array(this.#graph.size);
    this.order.forEach((node, from) => {
      for (const successor of this.#graph.successors(node)) {
        const to = this.position(successor);
        if (to <= from) this.#loopHeaders[successor.id] = 1;
        else forward[to] = (forward[to] ?? 0) + 1;
      }
    });
    for (let at = this.order.length - 1; at > 0; at--) {
      const node = this.order[at];
      const dominator = this.order[this.#dominators[at] ?? 0];
      if (!node || !dominator || (forward[at] ?? 0) < 2) continue;
      this.#isMerge[node.id] = 1;
      const known = this.#merges.get(dominator);
      if (known) known.push(node);
      else this.#merges.set(dominator, [node]);
    }
  }
}
