/** A node of the graph that becomes structured control flow. */
export interface FlowNode {
  readonly id: number;
  successors: FlowNode[];
}

/** Chooses between several nodes by a local: where control enters a loop at more than one place. */
export interface DispatchNode extends FlowNode {
  readonly dispatches: true;
}

export const isDispatch = (node: FlowNode): node is DispatchNode => 'dispatches' in node;

/** Where an edge goes: to a node, perhaps through dispatch nodes that have to be told. */
export interface Route {
  /** The node that the branch names. */
  readonly first: FlowNode;
  /** For each dispatch node on the way: number of the successor to choose. */
  readonly choices: readonly { readonly node: DispatchNode; readonly choice: number }[];
}

interface Redirection {
  readonly node: DispatchNode;
  readonly component: Set<FlowNode>;
  /** The target whose edges from inside go through the dispatch node, too. */
  readonly main: FlowNode;
  readonly targets: readonly FlowNode[];
}

/**
 * A graph that was made reducible by dispatch nodes, with dominators: what code generation asks about it.
 *
 * @source Ramsey, "Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow" (2022)
 */
export class StructuredGraph {
  readonly order: FlowNode[] = [];
  readonly #position = new Map<FlowNode, number>();
  readonly #dominator = new Map<FlowNode, FlowNode>();
  readonly #children = new Map<FlowNode, FlowNode[]>();
  readonly #loopHeaders = new Set<FlowNode>();
  readonly #merges = new Set<FlowNode>();
  readonly #redirections: Redirection[] = [];
  #nextId: number;

  constructor(
    readonly root: FlowNode,
    nodes: readonly FlowNode[],
  ) {
    this.#nextId = nodes.length;
    this.#makeReducible();
    this.#orderNodes();
    this.#findDominators();
    this.#classify();
  }

  /** Children in the dominator tree that several forward edges lead to, last in order first. */
  merges(node: FlowNode): FlowNode[] {
    return (this.#children.get(node) ?? [])
      .filter((child) => this.#merges.has(child))
      .sort((a, b) => this.position(b) - this.position(a));
  }

  isLoopHeader(node: FlowNode): boolean {
    return this.#loopHeaders.has(node);
  }

  isMerge(node: FlowNode): boolean {
    return this.#merges.has(node);
  }

  /** Place in reverse postorder. */
  position(node: FlowNode): number {
    return this.#position.get(node) ?? -1;
  }

  isBackward(from: FlowNode, to: FlowNode): boolean {
    return this.position(to) <= this.position(from);
  }

  /** The way an edge takes through dispatch nodes. */
  route(from: FlowNode, to: FlowNode): Route {
    const choices: { node: DispatchNode; choice: number }[] = [];
    let first = to;
    // Outer loops first: their dispatch nodes were made first.
    for (const redirection of this.#redirections) {
      const { node, targets } = redirection;
      if (!targets.includes(first) || !this.#goesThrough(redirection, from, first)) continue;
      choices.push({ node, choice: targets.indexOf(first) });
      first = node;
    }
    return { first, choices };
  }

  #goesThrough({ node, component, main }: Redirection, from: FlowNode, to: FlowNode): boolean {
    if (from === node) return false;
    return to === main || !component.has(from);
  }

  #successors(node: FlowNode): FlowNode[] {
    return node.successors.map((successor) => this.route(node, successor).first);
  }

  // ── Irreducible loops ──────────────────────────────────────────────────────────────────────────────────

  #makeReducible(): void {
    for (let round = 0; ; round++) {
      if (round > 200) throw new RangeError('The control flow cannot be structured');
      const reachable = this.#reachable();
      if (!this.#fixOne(reachable, reachable, undefined)) return;
    }
  }

  #reachable(): FlowNode[] {
    const seen = new Set<FlowNode>([this.root]);
    for (const node of seen) for (const successor of this.#successors(node)) seen.add(successor);
    return [...seen];
  }

  /** Finds a loop with several entries among `nodes`, without the edges to `header`, and gives it a dispatch node. */
  #fixOne(all: readonly FlowNode[], nodes: readonly FlowNode[], header: FlowNode | undefined): boolean {
    for (const component of this.#components(nodes, header)) {
      if (component.length === 1) continue;
      const inside = new Set(component);
      const entries = new Set<FlowNode>();
      for (const node of all) {
        if (inside.has(node)) continue;
        for (const successor of this.#successors(node)) if (inside.has(successor)) entries.add(successor);
      }
      if (inside.has(this.root)) entries.add(this.root);
      const [only] = entries;
      if (entries.size === 1 && only) {
        if (this.#fixOne(all, component, only)) return true;
        continue;
      }
      this.#addDispatch(inside, [...entries]);
      return true;
    }
    return false;
  }

  /** All edges from outside, and those from inside to the first target, go through a new node. */
  #addDispatch(component: Set<FlowNode>, entries: readonly FlowNode[]): void {
    const targets = [...entries].sort((a, b) => a.id - b.id);
    const [main] = targets;
    if (!main) throw new RangeError('A loop has no entry');
    const node: DispatchNode = { id: this.#nextId++, successors: [...targets], dispatches: true };
    for (const outer of this.#redirections) if (outer.component.has(main)) outer.component.add(node);
    this.#redirections.push({ node, component, main, targets });
  }

  /** Strongly connected components (Tarjan), ignoring edges to `header`. */
  #components(nodes: readonly FlowNode[], header: FlowNode | undefined): FlowNode[][] {
    const among = new Set(nodes);
    const index = new Map<FlowNode, number>();
    const low = new Map<FlowNode, number>();
    const onStack = new Set<FlowNode>();
    const stack: FlowNode[] = [];
    const result: FlowNode[][] = [];
    const lower = (node: FlowNode, value: number) => low.set(node, Math.min(low.get(node) ?? value, value));
    const open = (node: FlowNode) => {
      low.set(node, index.size);
      index.set(node, index.size);
      stack.push(node);
      onStack.add(node);
      const next = this.#successors(node).filter((to) => among.has(to) && to !== header);
      return { node, next, at: 0 };
    };
    for (const start of nodes) {
      if (index.has(start)) continue;
      const frames = [open(start)];
      for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
        const to = frame.next[frame.at++];
        if (to) {
          if (!index.has(to)) frames.push(open(to));
          else if (onStack.has(to)) lower(frame.node, index.get(to) ?? 0);
          continue;
        }
        frames.pop();
        const lowest = low.get(frame.node) ?? 0;
        const parent = frames.at(-1);
        if (parent) lower(parent.node, lowest);
        if (lowest !== index.get(frame.node)) continue;
        const component: FlowNode[] = [];
        for (let node = stack.pop(); node; node = stack.pop()) {
          onStack.delete(node);
          component.push(node);
          if (node === frame.node) break;
        }
        result.push(component);
      }
    }
    return result;
  }

  // ── Order and dominators ───────────────────────────────────────────────────────────────────────────────

  #orderNodes(): void {
    const seen = new Set<FlowNode>([this.root]);
    const frames = [{ node: this.root, next: this.#successors(this.root), at: 0 }];
    const postorder: FlowNode[] = [];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const to = frame.next[frame.at++];
      if (!to) {
        postorder.push(frame.node);
        frames.pop();
      } else if (!seen.has(to)) {
        seen.add(to);
        frames.push({ node: to, next: this.#successors(to), at: 0 });
      }
    }
    this.order.push(...postorder.reverse());
    this.order.forEach((node, i) => this.#position.set(node, i));
  }

  #findDominators(): void {
    const predecessors = new Map<FlowNode, FlowNode[]>(this.order.map((node) => [node, []]));
    for (const node of this.order) for (const to of this.#successors(node)) predecessors.get(to)?.push(node);
    this.#dominator.set(this.root, this.root);
    for (let changed = true; changed;) {
      changed = false;
      for (const node of this.order) {
        if (node === this.root) continue;
        const known = (predecessors.get(node) ?? []).filter((from) => this.#dominator.has(from));
        const dominator = known.reduce((a, b) => this.#common(a, b));
        if (this.#dominator.get(node) === dominator) continue;
        this.#dominator.set(node, dominator);
        changed = true;
      }
    }
    for (const [node, dominator] of this.#dominator) {
      if (node !== dominator) this.#children.set(dominator, [...(this.#children.get(dominator) ?? []), node]);
    }
  }

  #common(a: FlowNode, b: FlowNode): FlowNode {
    let [left, right] = [a, b];
    while (left !== right) {
      while (this.position(left) > this.position(right)) left = this.#dominator.get(left) ?? this.root;
      while (this.position(right) > this.position(left)) right = this.#dominator.get(right) ?? this.root;
    }
    return left;
  }

  #classify(): void {
    const forward = new Map<FlowNode, number>();
    for (const node of this.order) {
      for (const to of this.#successors(node)) {
        if (this.isBackward(node, to)) this.#loopHeaders.add(to);
        else forward.set(to, (forward.get(to) ?? 0) + 1);
      }
    }
    for (const [node, count] of forward) if (count > 1) this.#merges.add(node);
  }
}
