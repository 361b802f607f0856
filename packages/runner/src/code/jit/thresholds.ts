/** See `StartOptions.jit`. */
export type JitMode = 'on' | 'off' | 'auto' | 'force';

/** When translating pays. */
export interface JitThresholds {
  /** Instructions of the box before it is sampled closely: shorter boxes have no use for a translator. */
  readonly closeAfter: number;
  /** Instructions of the box before anything is translated. */
  readonly startAfter: number;
  /** Instructions between two looks at what was sampled. */
  readonly lookInstructions: number;
  /** Instructions between two samples, on average, when sampled closely and otherwise. */
  readonly sampleDistance: number;
  readonly watchDistance: number;
  /** Share of the samples that must be interpreted for anything to be translated. */
  readonly leastShare: number;
  /** Close samples in interpreted code before code is chosen. */
  readonly leastProfile: number;
  /** Samples of a place that make it hot. */
  readonly leastSamples: number;
  /** Instructions that a place, and all hot places of the first round and of others, must have taken in the box so far. */
  readonly leastOfPlace: number;
  readonly leastOfFirst: number;
  readonly leastOfRound: number;
  /** Instructions between two rounds: a part of what the box has executed, but no more than so many. */
  readonly restShare: number;
  readonly mostRest: number;
  readonly mostRounds: number;
  /** Instructions of the box before pages are chosen for the sake of later runs: see `later/`. */
  readonly laterAfter: number;
  /** The box waits for what is translated. For tests. */
  readonly isForced?: boolean;
}

/** The first round costs a third of a second in another thread: see docs/decisions/how-is-code-chosen-at-run-time.md. */
const auto: JitThresholds = {
  closeAfter: 350e6,
  startAfter: 1000e6,
  lookInstructions: 50e6,
  sampleDistance: 40_000,
  watchDistance: 500_000,
  leastShare: 0.1,
  leastProfile: 1000,
  leastSamples: 4,
  leastOfPlace: 600e3,
  leastOfFirst: 200e6,
  leastOfRound: 60e6,
  restShare: 0.4,
  mostRest: 800e6,
  mostRounds: 24,
  laterAfter: 350e6,
};

/** With one processor only, translating takes time from the box. */
const alone: JitThresholds = { ...auto, startAfter: 1600e6 };

const on: JitThresholds = {
  ...auto,
  closeAfter: 50e6,
  startAfter: 100e6,
  sampleDistance: 10_000,
  leastOfPlace: 100e3,
  leastOfFirst: 0,
  leastOfRound: 0,
  laterAfter: Infinity,
};

const force: JitThresholds = {
  ...auto,
  closeAfter: 0,
  startAfter: 0,
  lookInstructions: 40_000,
  sampleDistance: 1000,
  watchDistance: 1000,
  leastShare: 0,
  leastProfile: 0,
  leastSamples: 1,
  leastOfPlace: 0,
  leastOfFirst: 0,
  leastOfRound: 0,
  restShare: 0,
  mostRest: 0,
  mostRounds: Infinity,
  laterAfter: Infinity,
  isForced: true,
};

/** @param processors - that the box may use, with all its threads */
export function jitThresholds(mode: Exclude<JitMode, 'off'>, processors: number): JitThresholds {
  return { auto: processors > 1 ? auto : alone, on, force }[mode];
}
