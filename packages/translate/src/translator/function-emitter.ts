import type { Node } from '@boxer/a64';
import type { FunctionAssembler, Label, Local } from '@boxer/wasm';
import { GraphEmitter } from '../emit/graph-emitter.ts';
import { LocalPool } from '../emit/local-pool.ts';
import { ENTRY_SHIFT } from '../interpreter/translated-code.ts';
import { type AccessPlans, planAccesses } from './access-plan.ts';
import { CallEmitter, type CallTarget, type Imports, parameters } from './call-emitter.ts';
import { emitChooseAddress } from './choose-address.ts';
import { analyseFlow, type BlockFlow, type Point } from './data-flow.ts';
import { type Control, type GuestInstruction, hasRegisterTarget } from './decode-instruction.ts';
import { FlagEmitter } from './flag-emitter.ts';
import type { FlagState } from './flag-state.ts';
import { planFuel } from './fuel-plan.ts';
import { FunctionState } from './function-state.ts';
import { InstructionEnvironment } from './instruction-environment.ts';
import { LeaveEmitter, returnMarks } from './leave-emitter.ts';
import type { LeavePoint } from './leave-plan.ts';
import { jumpsToTargets, jumpToEntries } from './jump-to-entries.ts';
import type { Block, Region } from './region.ts';
import {
  type CodeNode,
  type EntryNode,
  isCode,
  isEntry,
  isSwitch,
  regionGraph,
  type SwitchNode,
} from './region-graph.ts';
import { RegisterSet } from './register-set.ts';
import { type DispatchNode, type FlowNode, isDispatch } from './flow-graph.ts';
import { StructuredGraph } from './structure.ts';
import { unrollLoops } from './unroll-loops.ts';
import { vectorClasses } from './vector-classes.ts';

/** Everything is in the CPU state. */
const CLEAN: Point = { dirty: RegisterSet.empty, flags: 'memory' };

/** Turns a region into the body of one Wasm function. */
export class FunctionEmitter {
  readonly #state: FunctionState;
  readonly #flags: FlagEmitter;
  readonly #pool: LocalPool;
  readonly #flow: ReadonlyMap<number, BlockFlow>;
  readonly #plans: AccessPlans;
  readonly #fuel: ReadonlyMap<number, number>;
  readonly #nodes: ReadonlyMap<number, CodeNode>;
  readonly #switch: SwitchNode | undefined;
  readonly #switchPoint: Point | undefined;
  readonly #graph: StructuredGraph;
  readonly #labels = new Map<FlowNode, Label>();
  readonly #leaves: LeaveEmitter;
  readonly #frameBytes: number;
  readonly #calls: CallEmitter;

  readonly region: Region;

  constructor(
    readonly f: FunctionAssembler,
    region: Region,
    /** Where the function may be entered; the region's entry first. */
    readonly entries: readonly number[],
    readonly imports: Imports,
  ) {
    this.region = region = jumpToEntries(unrollLoops(region), entries);
    this.#state = new FunctionState(
      f,
      vectorClasses(region),
      [...region.blocks.values()].some((block) => block.instructions.some((each) => each.usesFloatState)),
    );
    this.#flags = new FlagEmitter(f, this.#state, imports.settleFlags);
    this.#calls = new CallEmitter(f, imports);
    this.#pool = new LocalPool(f);
    this.#fuel = planFuel(region, entries);
    this.#flow = analyseFlow(region, entries, new Set(this.#fuel.keys()));
    this.#plans = planAccesses(region, entries);
    this.#leaves = new LeaveEmitter(f, imports, this.#state, this.#flags);
    const { root, nodes, code, jumps } = regionGraph(region, entries);
    this.#nodes = code;
    this.#switch = jumps;
    const jump = [...region.blocks.values()].find((block) => jumpsToTargets(block));
    const flow = jump && this.#flowOf(jump.pc);
    this.#switchPoint = flow && { dirty: flow.out.dirty, flags: flow.jumpFlags };
    this.#graph = new StructuredGraph(root, nodes);
    this.#frameBytes = 128 + 8 * region.blocks.size;
  }

  #flowOf(pc: number): BlockFlow {
    const flow = this.#flow.get(pc);
    if (!flow) throw new RangeError(`There is no block at ${pc}`);
    return flow;
  }

  emit(): void {
    this.#leaves.open(this.#leavePoints());
    this.#tree(this.#graph.root);
    this.f.op('unreachable');
    this.#leaves.close();
  }

  // ── Leaving ────────────────────────────────────────────────────────────────────────────────────────────

  /** The places where control may leave. */
  #leavePoints(): LeavePoint[] {
    return this.#graph.order.filter(isCode).flatMap(({ block }) => {
      const { points, out, live } = this.#flowOf(block.pc);
      const found: LeavePoint[] = [];
      let valid = live;
      block.instructions.forEach(({ mayLeave, writes }, i) => {
        const point = points[i];
        if (point && (mayLeave || (i === 0 && this.#fuel.has(block.pc)))) found.push({ point, valid });
        valid = valid.union(writes);
      });
      return [...found, { point: out, valid }];
    });
  }

  /** Leaves where a test of the fuel stands, when it may be used up before the next one. */
  #checkFuel({ pc }: Block, { points }: BlockFlow): void {
    const instructions = this.#fuel.get(pc);
    const [point] = points;
    if (instructions === undefined || !point) return;
    this.#leaves.prepare(pc | returnMarks.outOfFuel);
    this.f.get(parameters.fuel).i32(instructions).op('i32.lt_s').unlikely().brIf(this.#leaves.label(point));
  }

  // ── Structure ──────────────────────────────────────────────────────────────────────────────────────────

  #tree(node: FlowNode): void {
    const { f } = this;
    const merges = this.#graph.merges(node);
    if (!this.#graph.isLoopHeader(node)) {
      this.#within(node, merges, 0);
      return;
    }
    this.#labels.set(node, f.loop());
    this.#within(node, merges, 0);
    f.end().op('unreachable');
  }

  #within(node: FlowNode, merges: readonly FlowNode[], at: number): void {
    const merge = merges[at];
    if (!merge) {
      this.#code(node);
      return;
    }
    this.#labels.set(merge, this.f.block());
    this.#within(node, merges, at + 1);
    this.f.end();
    this.#tree(merge);
  }

  #code(node: FlowNode): void {
    if (isCode(node)) this.#block(node);
    else if (isEntry(node)) this.#entry(node);
    else if (isSwitch(node)) this.#emitSwitch(node);
    else if (isDispatch(node)) this.#emitDispatch(node);
    else this.#emitRoot(node);
  }

  /** Goes on at a successor. */
  #goto(from: FlowNode, to: FlowNode): void {
    const { f } = this;
    const { first, choices } = this.#graph.route(from, to);
    for (const { node, choice } of choices) f.i32(choice).set(this.#choice(node));
    const label =
      this.#graph.isBackward(from, first) || this.#graph.isMerge(first) ? this.#labels.get(first) : undefined;
    if (label) f.br(label);
    else this.#tree(first);
  }

  #choice(node: DispatchNode): Local {
    return this.#state.named(`choice ${node.id}`, 'i32');
  }

  /** The first entry is the one that matters: it needs no table. */
  #emitRoot(node: FlowNode): void {
    const { f } = this;
    const [first, ...others] = node.successors;
    if (!first) return;
    if (others.length > 0) {
      const entry = this.#state.named('entry', 'i32');
      const elsewhere = f.block();
      f.get(parameters.stack)
        .i32(1 << ENTRY_SHIFT)
        .op('i32.ge_u')
        .brIf(elsewhere);
      this.#goto(node, first);
      f.end();
      f.get(parameters.stack).i32(ENTRY_SHIFT).op('i32.shr_u').i32(1).op('i32.sub').set(entry);
      f.get(parameters.stack)
        .i32((1 << ENTRY_SHIFT) - 1)
        .op('i32.and')
        .set(parameters.stack);
      this.#choose(node, others, entry);
    } else this.#goto(node, first);
  }

  /** Goes to the successor whose number a local has. */
  #choose(node: FlowNode, successors: readonly FlowNode[], choice: Local): void {
    const { f } = this;
    const [first, ...others] = successors;
    if (!first) return;
    if (others.length === 0) {
      this.#goto(node, first);
      return;
    }
    const labels = successors.map(() => f.block()).reverse();
    const [otherwise] = labels;
    if (!otherwise) return;
    f.get(choice).brTable(labels, otherwise);
    for (const successor of successors) {
      f.end();
      this.#goto(node, successor);
    }
  }

  #entry(node: EntryNode): void {
    this.#calls.guard(node.entry);
    const { live, dirtyIn, loadedBehind } = this.#flowOf(node.entry);
    const [to] = node.successors;
    // On its way the switch stores what jumps may have left and the place does not expect: that must be what it was.
    const stored = to && isSwitch(to) ? this.#switchPoint?.dirty.without(dirtyIn) : undefined;
    this.#state.load(stored ? live.without(loadedBehind).union(stored) : live);
    this.#state.loadFloatState();
    if (to && isCode(to)) this.#edge(node, CLEAN, to);
    if (!to || !isSwitch(to)) return;
    this.f.i32(node.entry - this.imports.origin).set(this.#distance);
    this.#flags.convert('memory', this.#switchPoint?.flags ?? 'memory');
    this.#goto(node, to);
  }

  #emitDispatch(node: DispatchNode): void {
    this.#choose(node, node.successors, this.#choice(node));
  }

  /** Of where to jump from the base. */
  get #distance(): Local {
    return this.#state.named('distance', 'i32');
  }

  /** Jumps to where the local `distance` says. */
  #emitSwitch(node: SwitchNode): void {
    const { f } = this;
    const point = this.#switchPoint;
    const targets = node.successors.filter(isCode);
    const unknown = f.block();
    const labels = targets.map(() => f.block()).reverse();
    emitChooseAddress(
      f,
      { distance: this.#distance, unknown },
      targets.map(({ block }, i) => ({
        distance: block.pc - this.imports.origin,
        label: labels[i] ?? unknown,
      })),
    );
    for (const to of targets) {
      f.end();
      this.#state.load(this.#flowOf(to.block.pc).loadedBehind);
      this.#edge(node, point ?? CLEAN, to);
    }
    f.end();
    const target = this.#state.named('target', 'i32');
    f.get(this.#distance).globalGet(this.imports.base).op('i32.add').set(target);
    if (point) this.#tail(point, { local: target });
  }

  /** Goes to a block, with registers and flags where it expects them. */
  #edge(from: FlowNode, { dirty, flags }: Point, to: CodeNode): void {
    const { flagsIn, dirtyIn } = this.#flowOf(to.block.pc);
    this.#state.store(dirty.without(dirtyIn));
    this.#flags.convert(flags, flagsIn);
    this.#goto(from, to);
  }

  // ── Blocks ─────────────────────────────────────────────────────────────────────────────────────────────

  #block(node: CodeNode): void {
    const { f } = this;
    const { block } = node;
    const flow = this.#flowOf(block.pc);
    this.#checkFuel(block, flow);
    const exit = block.copies === undefined ? undefined : f.block();
    for (const [i, instruction] of block.instructions.entries()) {
      const point = flow.points[i];
      if (!point) throw new RangeError('A point is missing');
      if (instruction.control.type === 'interpret') {
        this.#leaves.leave(point, instruction.pc | returnMarks.interpret, i);
        return;
      }
      const isLast = i === block.instructions.length - 1;
      const after = (isLast ? flow.out : flow.points[i + 1])?.flags ?? 'nzcv';
      if (isLast) this.#charge(block.instructions.length, instruction);
      const place = { index: i, point, after };
      if (exit && !isLast && instruction.control.type === 'branch') {
        const next = f.block();
        this.#instruction(node, instruction, place, () => f.br(next));
        this.#subtractFuel(i + 1);
        f.br(exit).end();
      } else this.#instruction(node, instruction, place);
    }
    if (exit) f.end();
    const last = block.instructions.at(-1);
    if (!last || last.control.type === 'next' || last.control.type === 'branch')
      this.#fallThrough(node, last);
  }

  /** Subtracts a block's instructions before its last one, which cannot leave by itself when it branches. */
  #charge(count: number, last: GuestInstruction): void {
    if (last.control.type === 'next') return;
    this.#subtractFuel(count);
  }

  #subtractFuel(count: number): void {
    this.f.get(parameters.fuel).i32(count).op('i32.sub').set(parameters.fuel);
  }

  #fallThrough(node: CodeNode, last: GuestInstruction | undefined): void {
    const { block } = node;
    if (last?.control.type === 'branch' && !last.control.conditional) return;
    const { out } = this.#flowOf(block.pc);
    const address = (last?.pc ?? block.pc) + 4;
    const next = this.#nodes.get(address);
    if (last?.control.type === 'next') this.#subtractFuel(block.instructions.length);
    const known = next && block.successors.includes(next.block.pc);
    if (known) this.#edge(node, out, next);
    else this.#goElsewhere(out, address);
  }

  #instruction(
    node: CodeNode,
    instruction: GuestInstruction,
    at: { readonly index: number; readonly point: Point; readonly after: FlagState },
    branch?: () => void,
  ): void {
    const { f } = this;
    this.#pool.reset();
    const { point } = at;
    if (instruction.readsFlags && point.flags === 'memory') this.#flags.fetch();
    if (instruction.writesFlags === 'perhaps' && point.flags !== 'dead')
      this.#flags.convert(point.flags, 'nzcv');
    const { type } = instruction.control;
    const charged = type !== 'next' && type !== 'into' && branch === undefined;
    const executed = charged ? at.index - node.block.instructions.length : at.index;
    const { hasRareCalls } = instruction;
    if (hasRareCalls) this.#leaves.prepare(instruction.pc | returnMarks.interpret, executed);
    const environment = new InstructionEnvironment(instruction, point.flags, at.after, {
      state: this.#state,
      flags: this.#flags,
      plans: this.#plans,
      rare: hasRareCalls ? this.#leaves.label(point) : undefined,
      support: (name) => this.imports.support(name),
      pushLowAddress: (address) => this.#calls.pushAddress(address),
      pushAddress: (address) => this.#calls.pushWideAddress(address),
      prepareLeave: () => this.#leaves.prepare(instruction.pc | returnMarks.interpret, executed),
      leaveIf: () => void f.unlikely().brIf(this.#leaves.label(point)),
      branch: branch ?? ((emitter, target) => this.#branch(node, instruction, emitter, target)),
    });
    const emitter = new GraphEmitter(f, environment, this.#pool, instruction.form.uses);
    if (hasRegisterTarget(instruction)) this.#checkTarget(instruction, point);
    emitter.run(instruction.builder.body);
  }

  // ── Branches ───────────────────────────────────────────────────────────────────────────────────────────

  #branch(node: CodeNode, instruction: GuestInstruction, emitter: GraphEmitter, target: Node): void {
    const { control } = instruction;
    const { out } = this.#flowOf(node.block.pc);
    switch (control.type) {
      case 'branch': {
        const to = this.#nodes.get(control.target);
        if (to && node.block.successors.includes(control.target)) this.#edge(node, out, to);
        else this.#goElsewhere(out, control.target);
        return;
      }
      case 'call':
        this.#call(node, control, emitter, target);
        return;
      case 'into':
        return;
      case 'return':
      case 'jump':
        this.#jump(node, control.type, emitter, target);
        return;
      default:
        throw new TypeError(`Cannot branch by ${control.type}`);
    }
  }

  /** Lets the interpreter handle addresses that hold no code, before anything changes. */
  #checkTarget({ pc, word }: GuestInstruction, point: Point): void {
    const { f } = this;
    this.#leaves.prepare(pc | returnMarks.interpret, -1);
    f.get(this.#state.general((word >>> 5) & 31))
      .i64(2n)
      .op('i64.rotr')
      .i64(1n << 30n)
      .op('i64.ge_u')
      .unlikely()
      .brIf(this.#leaves.label(point));
  }

  /** @returns the local `target`, with the address in a register */
  #target(emitter: GraphEmitter, target: Node): Local {
    const local = this.#state.named('target', 'i32');
    emitter.emit(target);
    this.f.op('i32.wrap_i64').set(local);
    return local;
  }

  /** RET and BR: leaves, or jumps inside the region. */
  #jump(node: CodeNode, type: 'return' | 'jump', emitter: GraphEmitter, target: Node): void {
    const { f } = this;
    const { out, storedBefore } = this.#flowOf(node.block.pc);
    const local = this.#target(emitter, target);
    if (jumpsToTargets(node.block) && this.#switch && this.#switchPoint) {
      f.get(local);
      this.#calls.toDistance();
      f.set(this.#distance);
      this.#state.store(storedBefore);
      this.#flags.convert(out.flags, this.#switchPoint.flags);
      this.#goto(node, this.#switch);
      return;
    }
    if (type === 'jump') {
      this.#tail(out, { local });
      return;
    }
    this.#state.store(out.dirty);
    this.#flags.store(out.flags);
    f.get(local).get(parameters.fuel).op('return');
  }

  /** Goes on at an address outside of the region: most such branches are hardly ever taken. */
  #goElsewhere(out: Point, address: number): void {
    if (this.imports.direct(address)) this.#tail(out, { address });
    else this.#leaves.leave(out, address);
  }

  /** Goes on in another function, and returns what that returns. */
  #tail(out: Point, target: CallTarget): void {
    this.#state.store(out.dirty);
    this.#flags.store(out.flags);
    this.#calls.tail(target);
  }

  /** BL and BLR: a Wasm call; when it does not come back to the return site, neither does this function go on. */
  #call(
    node: CodeNode,
    control: Extract<Control, { type: 'call' }>,
    emitter: GraphEmitter,
    target: Node,
  ): void {
    const { f } = this;
    const { out } = this.#flowOf(node.block.pc);
    const { target: known, site } = control;
    // X30 is written already; a target in X30 was read before that.
    const local = known === undefined ? this.#target(emitter, target) : undefined;
    this.#state.store(out.dirty);
    this.#flags.store(out.flags);
    this.#calls.call(local === undefined ? { address: known ?? 0 } : { local }, this.#frameBytes);
    const pushIsElsewhere = () => {
      f.set(parameters.fuel).tee(this.#leaves.address);
      this.#calls.toDistance();
      f.i32(site - this.imports.origin).op('i32.ne');
    };
    pushIsElsewhere();
    f.unlikely().if();
    f.get(this.#leaves.address).get(parameters.fuel);
    f.get(parameters.stack).i32(this.#frameBytes).op('i32.sub');
    this.#calls.pushAddress(site);
    f.call(this.imports.resume);
    pushIsElsewhere();
    f.brIf(this.#leaves.elsewhere).end();
    const next = this.#nodes.get(site);
    if (!next) {
      this.#calls.tail({ address: site });
      return;
    }
    this.#state.load(this.#flowOf(site).live);
    this.#state.loadFloatState();
    this.#edge(node, CLEAN, next);
  }
}
