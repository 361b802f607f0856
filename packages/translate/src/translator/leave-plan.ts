import { type Point, storedFlags } from './data-flow.ts';
import type { FlagState } from './flag-state.ts';
import { RegisterSet } from './register-set.ts';

/** Where control may leave: what has to be stored, and what may be. */
export interface LeavePoint {
  readonly point: Point;
  /** Registers whose locals are valid: the dirty ones and some that are not. */
  readonly valid: RegisterSet;
}

/** Stores registers, and goes on with what the next step of its chain stores. */
export interface LeaveStep {
  /** All that is stored from here to the end of the chain. */
  readonly stored: RegisterSet;
}

/** Stores flags that are in locals, and goes on with a step. */
export interface FlagStep {
  readonly flags: FlagState;
  readonly step: LeaveStep;
}

/** How control leaves a function. Most places store what others do, and more: they share code. */
export interface LeavePlan {
  /** Each step stores at least what its successor does. */
  readonly chains: readonly (readonly LeaveStep[])[];
  readonly flagSteps: readonly FlagStep[];
  /** Where each point leaves, by its key. */
  readonly places: ReadonlyMap<string, LeaveStep | FlagStep>;
}

/** What a new chain costs besides its stores, in stores: it computes what to return. */
const CHAIN_COST = 3;
/** What storing flags costs, in stores. */
const FLAGS_COST = 4;

const isSubset = (a: RegisterSet, b: RegisterSet) => a.without(b).size === 0;

/** A step that a place may leave by. */
interface Choice {
  /** In stores. */
  readonly cost: number;
  /** Undefined: it would be a new one. */
  readonly step: LeaveStep | undefined;
  readonly make: () => LeaveStep;
}

/** Steps of a chain, and those that could become some. */
function* choicesIn(chain: LeaveStep[], dirty: RegisterSet, valid: RegisterSet): Generator<Choice> {
  for (let i = chain.length; i >= 0; i--) {
    const [step, next] = [chain[i - 1], chain[i]];
    if (step && isSubset(dirty, step.stored) && isSubset(step.stored, valid))
      yield { cost: 0, step, make: () => step };
    const stored = next ? dirty.union(next.stored) : dirty;
    if (!isSubset(stored, valid) || (step && !isSubset(stored, step.stored))) continue;
    const cost = step ? 0 : stored.size - (next?.stored.size ?? 0);
    const make = () => {
      const made: LeaveStep = { stored };
      chain.splice(i, 0, made);
      return made;
    };
    yield { cost, step: undefined, make };
  }
}

class Planner {
  readonly chains: LeaveStep[][] = [];
  readonly flagSteps: FlagStep[] = [];

  place({ point, valid }: LeavePoint): LeaveStep | FlagStep {
    const { dirty } = point;
    const flags = storedFlags(point);
    let best: Choice = {
      cost: dirty.size + CHAIN_COST + (flags === '' ? 0 : FLAGS_COST),
      step: undefined,
      make: () => {
        const made: LeaveStep = { stored: dirty };
        this.chains.push([made]);
        return made;
      },
    };
    for (const chain of this.chains) {
      for (const choice of choicesIn(chain, dirty, valid)) {
        const isStored = flags === '' || (choice.step && this.#flagStep(flags, choice.step));
        const cost = choice.cost + (isStored ? 0 : FLAGS_COST);
        if (cost < best.cost) best = { ...choice, cost };
      }
    }
    const step = best.make();
    if (flags === '') return step;
    const known = this.#flagStep(flags, step);
    if (known) return known;
    const made: FlagStep = { flags, step };
    this.flagSteps.push(made);
    return made;
  }

  #flagStep(flags: FlagState, step: LeaveStep): FlagStep | undefined {
    return this.flagSteps.find((each) => each.flags === flags && each.step === step);
  }
}

/** @param points - by key; see leaveKey */
export function planLeaves(points: ReadonlyMap<string, LeavePoint>): LeavePlan {
  const planner = new Planner();
  const bySize = [...points].sort(([, a], [, b]) => b.point.dirty.size - a.point.dirty.size);
  const places = new Map(bySize.map(([key, point]) => [key, planner.place(point)]));
  return { chains: planner.chains, flagSteps: planner.flagSteps, places };
}
