/** A node of the graph that becomes structured control flow. Ids are dense. */
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

const NO_CHOICES: Route['choices'] = [];
const UNSEEN = -1;

/** A graph whose loops are given one entry each, by dispatch nodes. */
export class FlowGraph {
  readonly #redirections: Redirection[] = [];
  /** Where the edges of each node lead, by id; undefined: as the node says. */
  #routed: (readonly FlowNode[] | undefined)[] = [];
  #nextId: number;

  constructor(
    readonly root: FlowNode,
    nodes: readonly FlowNode[],
  ) {
    this.#nextId = nodes.length;
  }

  /** All ids are below it. */
  get size(): number {
    return this.#nextId;
  }

  /** Where edges lead first. */
  successors(node: FlowNode): readonly FlowNode[] {
    return this.#routed[node.id] ?? node.successors;
  }

  /** The way an edge takes through dispatch nodes. */
  route(from: FlowNode, to: FlowNode): Route {
    if (this.#redirections.length === 0) return { first: to, choices: NO_CHOICES };
    const choices: { node: DispatchNode; choice: number }[] = [];
    let first = to;
    // Outer loops first: their dispatch nodes were made first.
    for (const redirection of this.#redirections) {
      const { node, targets } = redirection;
      if (!redirects(redirection, from, first)) continue;
      choices.push({ node, choice: targets.indexOf(first) });
      first = node;
    }
    return { first, choices };
  }

  /** Gives every loop with several entries a dispatch node. */
  makeReducible(): void {
    const reachable = new Set<FlowNode>([this.root]);
    for (const node of reachable) for (const successor of node.successors) reachable.add(successor);
    this.#fix([...reachable], undefined, [...reachable]);
  }

  /**
   * Gives dispatch nodes to the loops among `nodes` that remain without the edges to `header`, and to those inside of them.
   *
   * @param all - everything reachable
   */
  #fix(nodes: readonly FlowNode[], header: FlowNode | undefined, all: FlowNode[]): void {
    for (const component of this.#components(nodes, header)) {
      if (component.length === 1) continue;
      const inside = new Set(component);
      const entries = this.#entriesOf(inside, all);
      const [only] = entries;
      if (entries.size === 1 && only) {
        this.#fix(component, only, all);
        continue;
      }
      const node = this.#addDispatch(inside, [...entries], all);
      all.push(node);
      this.#fix([...component, node], node, all);
    }
  }

  #entriesOf(inside: ReadonlySet<FlowNode>, all: readonly FlowNode[]): Set<FlowNode> {
    const entries = new Set<FlowNode>();
    for (const node of all) {
      if (inside.has(node)) continue;
      for (const successor of this.successors(node)) if (inside.has(successor)) entries.add(successor);
    }
    if (inside.has(this.root)) entries.add(this.root);
    return entries;
  }

  /**
   * All edges from outside, and those from inside to one target, go through a new node. That target is the one most edges lead
   * to: without them, few loops remain that need such a node, too.
   */
  #addDispatch(
    component: Set<FlowNode>,
    entries: readonly FlowNode[],
    all: readonly FlowNode[],
  ): DispatchNode {
    const edges = (to: FlowNode) => arriving.get(to) ?? 0;
    const arriving = new Map<FlowNode, number>();
    for (const from of component)
      for (const to of this.successors(from)) arriving.set(to, (arriving.get(to) ?? 0) + 1);
    const targets = [...entries].sort((a, b) => edges(b) - edges(a) || a.id - b.id);
    const [main] = targets;
    if (!main) throw new RangeError('A loop has no entry');
    const node: DispatchNode = { id: this.#nextId++, successors: [...targets], dispatches: true };
    for (const outer of this.#redirections) if (outer.component.has(main)) outer.component.add(node);
    const redirection = { node, component, main, targets };
    this.#redirections.push(redirection);
    for (const from of all) {
      const before = this.successors(from);
      if (before.some((to) => redirects(redirection, from, to)))
        this.#routed[from.id] = before.map((to) => (redirects(redirection, from, to) ? node : to));
    }
    return node;
  }

  /** Strongly connected components (Tarjan), ignoring edges to `header`. */
  #components(nodes: readonly FlowNode[], header: FlowNode | undefined): FlowNode[][] {
    // Nodes that are not among them count as finished; so do those whose component is complete.
    const low = new Int32Array(this.#nextId);
    const index = new Int32Array(this.#nextId);
    for (const node of nodes) index[node.id] = UNSEEN;
    let next = 1;
    const stack: FlowNode[] = [];
    const result: FlowNode[][] = [];
    const open = (node: FlowNode) => {
      low[node.id] = index[node.id] = next++;
      stack.push(node);
      return { node, edges: this.successors(node), at: 0 };
    };
    const lower = ({ id }: FlowNode, value: number) => {
      low[id] = Math.min(low[id] ?? 0, value);
    };
    for (const start of nodes) {
      if (index[start.id] !== UNSEEN) continue;
      const frames = [open(start)];
      for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
        const { node } = frame;
        const to = frame.edges[frame.at++];
        if (to) {
          const known = to === header ? 0 : (index[to.id] ?? 0);
          if (known === UNSEEN) frames.push(open(to));
          else if (known > 0) lower(node, known);
          continue;
        }
        frames.pop();
        const parent = frames.at(-1);
        if (parent) lower(parent.node, low[node.id] ?? 0);
        if (low[node.id] !== index[node.id]) continue;
        const component = stack.splice(stack.lastIndexOf(node)).reverse();
        for (const { id } of component) index[id] = 0;
        result.push(component);
      }
    }
    return result;
  }
}

function redirects({ node, component, main, targets }: Redirection, from: FlowNode, to: FlowNode): boolean {
  if (from === node || !targets.includes(to)) return false;
  return to === main || !component.has(from);
}
