import type { FunctionAssembler, Label, Local } from '@boxer/wasm';
import { MARKS } from '../interpreter/translated-code.ts';
import { type Imports, parameters } from './call-emitter.ts';
import { leaveKey, type Point } from './data-flow.ts';
import type { FlagEmitter } from './flag-emitter.ts';
import type { FunctionState } from './function-state.ts';
import { type FlagStep, type LeavePlan, type LeavePoint, type LeaveStep, planLeaves } from './leave-plan.ts';
import { RegisterSet } from './register-set.ts';

/** Marks in the lowest bits of the address that translated code returns. */
export const returnMarks = {
  /** The interpreter has to execute the instruction there. */
  interpret: MARKS.interpret,
  /** The same, because the fuel is nearly used up. */
  outOfFuel: MARKS.interpret | MARKS.fuel,
} as const;

/** Emits how control leaves a translated function for whoever called it: the places share code, behind all other. */
export class LeaveEmitter {
  /** Distance from the base of where to leave for, with marks; an address on the way to {@link elsewhere}. */
  readonly address: Local;
  /** Instructions that the fuel was not charged for yet. */
  readonly #executed: Local;
  /** By the key of a point. */
  readonly #labels = new Map<string, Label>();
  /** Where a call leads that does not come back to its site: everything is in the CPU state. */
  elsewhere: Label = { level: 0 };
  #plan: LeavePlan = { chains: [], flagSteps: [], places: new Map() };
  readonly #steps = new Map<LeaveStep | FlagStep, Label>();

  constructor(
    readonly f: FunctionAssembler,
    readonly imports: Pick<Imports, 'base' | 'origin'>,
    readonly state: FunctionState,
    readonly flags: FlagEmitter,
  ) {
    this.address = f.local('i32');
    this.#executed = f.local('i32');
  }

  /** Opens the blocks whose ends are the places to leave. @param points - all that there will be, some of them perhaps alike */
  open(points: readonly LeavePoint[]): void {
    const { f } = this;
    this.#plan = planLeaves(distinct(points));
    const { chains, flagSteps, places } = this.#plan;
    this.elsewhere = f.block();
    for (const step of [...flagSteps, ...chains.flat()].reverse()) this.#steps.set(step, f.block());
    for (const [key, step] of places) this.#labels.set(key, this.#labelOf(step));
  }

  #labelOf(step: LeaveStep | FlagStep): Label {
    return this.#steps.get(step) ?? this.elsewhere;
  }

  /** Where to branch to, once it is {@link prepare}d. */
  label(point: Point): Label {
    const label = this.#labels.get(leaveKey(point));
    if (!label) throw new RangeError('A place to leave was not foreseen');
    return label;
  }

  /** Says where to leave for: a known address. @param executed - instructions that the fuel was not charged for yet */
  prepare(address: number, executed = 0): void {
    this.f
      .i32(address - this.imports.origin)
      .set(this.address)
      .i32(executed)
      .set(this.#executed);
  }

  leave(point: Point, address: number, executed = 0): void {
    this.prepare(address, executed);
    this.f.br(this.label(point));
  }

  /** Emits what stores and returns, behind the function's code. */
  close(): void {
    const { f } = this;
    const { chains, flagSteps } = this.#plan;
    for (const { flags, step } of flagSteps) {
      f.end();
      this.flags.store(flags);
      f.br(this.#labelOf(step));
    }
    for (const chain of chains) {
      chain.forEach((step, i) => {
        f.end();
        this.state.store(step.stored.without(chain[i + 1]?.stored ?? RegisterSet.empty));
      });
      f.get(this.address).globalGet(this.imports.base).op('i32.add');
      f.get(parameters.fuel).get(this.#executed).op('i32.sub').op('return');
    }
    f.op('unreachable').end();
    f.get(this.address).get(parameters.fuel).op('return');
    f.op('unreachable');
  }
}

/** One point for each key, with the registers that are valid at all of them. */
function distinct(points: readonly LeavePoint[]): Map<string, LeavePoint> {
  const byKey = new Map<string, LeavePoint>();
  for (const { point, valid } of points) {
    const key = leaveKey(point);
    const all = valid.union(point.dirty);
    const other = byKey.get(key)?.valid;
    byKey.set(key, { point, valid: other ? other.intersection(all) : all });
  }
  return byKey;
}
