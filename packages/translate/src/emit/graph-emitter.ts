import type { Access, Node, Statement } from '@boxer/a64';
import type { FunctionAssembler, Label, Local } from '@boxer/wasm';
import type { LocalPool } from './local-pool.ts';
import { laneOperation, plainOperation, scalarOperation } from './operations.ts';
import { valueType } from './value-type.ts';

/** Statements that change registers, flags and state, or forget code. */
export type Write = Extract<Statement, { type: `write${string}` | 'invalidateCode' }>;

/** A guest address that may be accessed. */
export interface Place {
  /** Pushes a memory offset, less the bias and {@link offset}. */
  readonly push: () => void;
  readonly offset: number;
}

/** What differs between backends: where state lives, how control leaves, how accesses are checked. */
export interface Environment {
  /** A maximal expression that is known when predecoding. Undefined: the emitter computes it. */
  readonly slot: ((emitter: GraphEmitter, node: Node) => void) | undefined;
  /** Where the whole instruction is executed in another way; undefined: nowhere. Calls are made there alone. */
  readonly rare?: Label | undefined;
  field(emitter: GraphEmitter, node: Node): void;
  pc(emitter: GraphEmitter): void;
  /** Pushes a value of ordered nodes that read state: readX, readV, readF, readElement, splatElement, flag, state, … */
  read(emitter: GraphEmitter, node: Node): void;
  write(emitter: GraphEmitter, statement: Write): void;
  /**
   * Checks an access; leaves with a fault when it is not permitted.
   *
   * @returns the place, for as long as the instruction has written no register
   */
  check(emitter: GraphEmitter, address: Node, bytes: number, access: Access): Place;
  /** Leaves with a fault when the address is misaligned. */
  requireAligned(emitter: GraphEmitter, address: Node, bytes: number): void;
  /** How a loaded or read integer that is used once is kept, when that is better than as an integer. */
  floatKind?(node: Node): 'f32' | 'f64' | undefined;
  /** Added to the offset of every guest access. */
  readonly bias: number;
  branch(emitter: GraphEmitter, target: Node): void;
  supervisorCall(emitter: GraphEmitter): void;
  breakpoint(emitter: GraphEmitter): void;
  yieldTask(emitter: GraphEmitter): void;
}

type Load = 'i32.load' | 'i64.load' | 'v128.load';

const loads: Readonly<Record<string, string>> = {
  '32:8:false': 'i32.load8_u',
  '32:8:true': 'i32.load8_s',
  '32:16:false': 'i32.load16_u',
  '32:16:true': 'i32.load16_s',
  '32:32:false': 'i32.load',
  '32:32:true': 'i32.load',
  '64:8:false': 'i64.load8_u',
  '64:8:true': 'i64.load8_s',
  '64:16:false': 'i64.load16_u',
  '64:16:true': 'i64.load16_s',
  '64:32:false': 'i64.load32_u',
  '64:32:true': 'i64.load32_s',
  '64:64:false': 'i64.load',
  '64:64:true': 'i64.load',
  'v128:128:false': 'v128.load',
};

/** @returns the load of `bits` bits for a value of a kind */
export function loadOperation(node: Node): Load {
  const name = loads[`${node.kind}:${node.detail.bits}:${node.detail.signed ?? false}`];
  if (name === undefined) throw new TypeError(`No load of ${node.detail.bits} bits as ${node.kind}`);
  return name as Load;
}

/** @returns the store of the lowest `bits` bits of a value */
export function storeOperation(kind: Node['kind'], bits: number) {
  if (kind === 'v128') return 'v128.store';
  if (kind === 64)
    return ({ 8: 'i64.store8', 16: 'i64.store16', 32: 'i64.store32' } as const)[bits] ?? 'i64.store';
  return ({ 8: 'i32.store8', 16: 'i32.store16' } as const)[bits] ?? 'i32.store';
}

/** Expression nodes of a statement. */
function operandsOf(statement: Statement): readonly Node[] {
  switch (statement.type) {
    case 'let':
      return statement.node.args;
    case 'writeFlags':
      return [statement.n, statement.z, statement.c, statement.v];
    case 'writeElement':
      return [statement.value];
    case 'writeX':
    case 'writeV':
    case 'writeF':
    case 'writeScalar':
    case 'writeState':
      return [statement.value];
    case 'probe':
    case 'requireAligned':
    case 'invalidateCode':
      return [statement.address];
    case 'store':
      return [statement.address, statement.value];
    case 'if':
      return [statement.condition];
    case 'choose':
      return [statement.condition, statement.thenValue, statement.otherwiseValue];
    case 'branch':
      // A target known when predecoding becomes a record's address; another one is a value like any.
      return statement.target.stage === 0 ? [] : [statement.target];
    case 'branchIf':
      return [statement.condition];
    case 'supervisorCall':
    case 'breakpoint':
    case 'yieldTask':
      return [];
  }
}

/** Loads and calls happen even when nobody uses the value. */
const EFFECTS = new Set(['load', 'support', 'counter']);

const CALLS = new Set(['support', 'counter']);

/** Whether statements call a function wherever they lead. */
export function alwaysCalls(body: readonly Statement[]): boolean {
  return body.some((statement) => {
    if (statement.type === 'invalidateCode') return true;
    if (statement.type === 'let') return CALLS.has(statement.node.op);
    const sides = statement.type === 'if' || statement.type === 'choose';
    return sides && alwaysCalls(statement.then) && alwaysCalls(statement.otherwise);
  });
}

/** Whether statements call a function on some way. */
export function mayCall(body: readonly Statement[]): boolean {
  return body.some((statement) => {
    const sides = statement.type === 'if' || statement.type === 'choose';
    return alwaysCalls([statement]) || (sides && (mayCall(statement.then) || mayCall(statement.otherwise)));
  });
}

/** Nodes that a statement of their own computes, so that their operands are counted there. */
const ORDERED = /^(read|splatElement|flag|state|counter|support|load|choice)/;

/** Counts how often nodes are used. @param isLeaf - nodes whose operands nobody computes */
class Uses {
  readonly counts = new Map<Node, number>();

  constructor(readonly isLeaf: (node: Node) => boolean) {}

  node(node: Node): void {
    const uses = (this.counts.get(node) ?? 0) + 1;
    this.counts.set(node, uses);
    if (uses > 1 || this.isLeaf(node) || ORDERED.test(node.op)) return;
    for (const arg of node.args) this.node(arg);
  }

  body(body: readonly Statement[]): void {
    for (const statement of body) {
      for (const operand of operandsOf(statement)) this.node(operand);
      if (statement.type === 'if' || statement.type === 'choose') {
        this.body(statement.then);
        this.body(statement.otherwise);
      }
    }
  }
}

/** @returns how often each node of a graph is used, for a {@link GraphEmitter} whose environment has no slots */
export function countUses(body: readonly Statement[]): ReadonlyMap<Node, number> {
  const uses = new Uses(() => false);
  uses.body(body);
  return uses.counts;
}

/** Turns the graph of one instruction into Wasm. A value that is used several times is computed once, into a local. */
export class GraphEmitter {
  #done = new Map<Node, Local>();
  #checked = new Map<Node, Place>();
  readonly #floats = new Map<Node, 'f32' | 'f64'>();
  readonly #uses: ReadonlyMap<Node, number>;
  readonly #counting: Uses | undefined;

  constructor(
    readonly f: FunctionAssembler,
    readonly environment: Environment,
    readonly pool: LocalPool,
    /** How often nodes are used, when it is known already. */
    uses?: ReadonlyMap<Node, number>,
  ) {
    this.#counting = uses ? undefined : new Uses((node) => this.#isSlot(node));
    this.#uses = uses ?? this.#counting?.counts ?? new Map();
  }

  /** Emits statements. @returns whether control never comes out at the end */
  run(body: readonly Statement[]): boolean {
    this.#counting?.body(body);
    this.#body(body);
    const last = body.at(-1)?.type;
    return last === 'branch' || last === 'supervisorCall' || last === 'breakpoint' || last === 'yieldTask';
  }

  /** Emits a single expression. */
  value(node: Node): void {
    this.#counting?.node(node);
    this.emit(node);
  }

  /** Counts the uses of expressions that {@link emit} will emit later. */
  countAhead(nodes: readonly Node[]): void {
    for (const node of nodes) this.#counting?.node(node);
  }

  #isSlot(node: Node): boolean {
    return node.stage === 0 && !node.isConstant && this.environment.slot !== undefined;
  }

  /** Pushes a value. */
  emit(node: Node): void {
    const known = this.#done.get(node);
    if (known !== undefined) {
      this.f.get(known);
      return;
    }
    if (node.isConstant) {
      this.#constant(node);
      return;
    }
    if (this.#isSlot(node)) this.environment.slot?.(this, node);
    else this.#compute(node);
    if ((this.#uses.get(node) ?? 0) > 1) {
      const local = this.pool.take(valueType(node.kind));
      this.f.tee(local);
      this.#done.set(node, local);
    }
  }

  #constant(node: Node): void {
    if (node.kind === 64) this.f.i64(node.value);
    else if (node.kind === 32) this.f.i32(Number(BigInt.asIntN(32, node.value)));
    else this.f.v128(Array.from({ length: 16 }, (_, i) => Number((node.value >> BigInt(8 * i)) & 255n)));
  }

  #compute(node: Node): void {
    const { f } = this;
    const { name = '', lane = 0, lanes = [] } = node.detail;
    const pushArgs = () => node.args.forEach((arg) => this.emit(arg));
    const scalar = scalarOperation(node.op, node.args[0]?.kind);
    if (scalar) {
      pushArgs();
      f.op(scalar);
      return;
    }
    switch (node.op) {
      case 'select':
        pushArgs();
        f.op('select');
        return;
      case 'zext':
        pushArgs();
        f.op('i64.extend_i32_u');
        return;
      case 'sext':
        pushArgs();
        f.op('i64.extend_i32_s');
        return;
      case 'wrap':
        pushArgs();
        f.op('i32.wrap_i64');
        return;
      case 'late':
        pushArgs();
        return;
      case 'field':
        this.environment.field(this, node);
        return;
      case 'pc':
        this.environment.pc(this);
        return;
      case 'wasm':
        pushArgs();
        f.op(plainOperation(name));
        return;
      case 'shuffle':
        pushArgs();
        f.shuffle(lanes);
        return;
      case 'extract':
      case 'replace':
        pushArgs();
        f.lane(laneOperation(name), lane);
        return;
      case 'load':
        this.#load(node);
        return;
      default:
        this.environment.read(this, node);
    }
  }

  #load(node: Node): void {
    const [address] = node.args;
    const { uncheckedOffset, bits = 0 } = node.detail;
    if (!address) throw new TypeError('A load has no address');
    const kind = this.#floats.get(node);
    const operation = kind ? (`${kind}.load` as const) : loadOperation(node);
    const place =
      uncheckedOffset === undefined
        ? this.environment.check(this, address, bits / 8, 'read')
        : this.#probed(address);
    place.push();
    this.f.memory(operation, this.environment.bias + place.offset + (uncheckedOffset ?? 0));
  }

  #probed(address: Node): Place {
    const place = this.#checked.get(address);
    if (place === undefined) throw new TypeError('An unchecked access was not probed');
    return place;
  }

  #body(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  /** Emits a side of a choice: what it computes is unknown afterwards. */
  #side(body: readonly Statement[], after = () => {}): void {
    const [done, checked] = [new Map(this.#done), new Map(this.#checked)];
    this.#body(body);
    after();
    this.#done = done;
    this.#checked = checked;
  }

  #statement(statement: Statement): void {
    const { f, environment } = this;
    switch (statement.type) {
      case 'let':
        this.#let(statement.node);
        return;
      case 'probe':
        this.#checked.set(
          statement.address,
          environment.check(this, statement.address, statement.bytes, statement.access),
        );
        return;
      case 'requireAligned':
        environment.requireAligned(this, statement.address, statement.bytes);
        return;
      case 'store':
        this.#store(statement);
        return;
      case 'if':
      case 'choose':
        this.#choice(statement);
        return;
      case 'branchIf':
        this.emit(statement.condition);
        f.if();
        this.#side([], () => environment.branch(this, statement.target));
        f.end();
        return;
      case 'branch':
        environment.branch(this, statement.target);
        return;
      case 'supervisorCall':
        environment.supervisorCall(this);
        return;
      case 'breakpoint':
        environment.breakpoint(this);
        return;
      case 'yieldTask':
        environment.yieldTask(this);
        return;
      case 'writeX':
      case 'writeV':
      case 'writeF':
      case 'writeScalar':
      case 'writeElement':
      case 'writeFlags':
      case 'writeState':
      case 'invalidateCode':
        environment.write(this, statement);
    }
  }

  #choice(statement: Extract<Statement, { type: 'if' | 'choose' }>): void {
    const { f } = this;
    const local = statement.type === 'choose' ? this.pool.take(valueType(statement.node.kind)) : undefined;
    const take = (value: Node) => () => {
      this.emit(value);
      if (local !== undefined) f.set(local);
    };
    const [then, otherwise] =
      statement.type === 'choose' ? [take(statement.thenValue), take(statement.otherwiseValue)] : [];
    this.emit(statement.condition);
    const { rare } = this.environment;
    if (rare && mayCall(statement.otherwise)) {
      f.op('i32.eqz').unlikely().brIf(rare);
      this.#side(statement.then, then);
    } else if (rare && alwaysCalls(statement.then)) {
      f.unlikely().brIf(rare);
      this.#side(statement.otherwise, otherwise);
    } else {
      f.if();
      this.#side(statement.then, then);
      if (statement.type === 'choose' || statement.otherwise.length > 0) {
        f.else();
        this.#side(statement.otherwise, otherwise);
      }
      f.end();
    }
    if (statement.type === 'choose' && local !== undefined) this.#done.set(statement.node, local);
  }

  #let(node: Node): void {
    const uses = this.#uses.get(node) ?? 0;
    if (uses === 0 && !EFFECTS.has(node.op)) return;
    const float = uses === 1 ? this.environment.floatKind?.(node) : undefined;
    if (float) this.#floats.set(node, float);
    this.#compute(node);
    if (uses === 0) {
      this.f.op('drop');
      return;
    }
    const local = this.pool.take(float ?? valueType(node.kind));
    this.f.set(local);
    this.#done.set(node, local);
  }

  /** Whether a node's value is kept as a float of the same bits. */
  isFloat(node: Node): boolean {
    return this.#floats.has(node);
  }

  #store(statement: Extract<Statement, { type: 'store' }>): void {
    const { bits, address, value, uncheckedOffset } = statement;
    const { f, environment } = this;
    const place =
      uncheckedOffset === undefined
        ? environment.check(this, address, bits / 8, 'write')
        : this.#probed(address);
    place.push();
    this.emit(value);
    const kind = this.#floats.get(value);
    f.memory(
      kind ? (`${kind}.store` as const) : storeOperation(value.kind, bits),
      environment.bias + place.offset + (uncheckedOffset ?? 0),
    );
  }
}
