/** See `StartOptions.jit`. */
export type JitMode = 'on' | 'off' | 'auto' | 'force';

/** When translating pays. */
export interface JitThresholds {
  /** Instructions of the box before anything is sampled: shorter boxes have no use for a translator. */
  readonly startAfter: number;
  /** Instructions that are sampled before anything is translated. */
  readonly sampledInstructions: number;
  /** Instructions between two samples, on average, meanwhile and otherwise. */
  readonly sampleDistance: number;
  readonly watchDistance: number;
  /** Samples by which it is decided whether to sample closely. */
  readonly watchSamples: number;
  /** Share of the samples that must be interpreted for anything to be translated. */
  readonly leastShare: number;
  /** Samples of a place that make it hot. */
  readonly leastSamples: number;
  /** Instructions between two rounds at least. */
  readonly restInstructions: number;
  readonly mostRounds: number;
  /** Instructions of the box before it is sampled for the sake of later runs: see `later/`. */
  readonly laterAfter: number;
  /** The box waits for what is translated. For tests. */
  readonly isForced?: boolean;
}

/** Translating costs half a second of processor time, and V8's optimising as much again: five seconds come before that. */
const auto: JitThresholds = {
  startAfter: 1600e6,
  sampledInstructions: 500e6,
  sampleDistance: 20_000,
  watchDistance: 500_000,
  watchSamples: 100,
  leastShare: 0.1,
  leastSamples: 8,
  restInstructions: 800e6,
  mostRounds: 16,
  laterAfter: 350e6,
};

export const jitThresholds: Readonly<Record<Exclude<JitMode, 'off'>, JitThresholds>> = {
  auto,
  on: {
    ...auto,
    startAfter: 100e6,
    sampledInstructions: 200e6,
    sampleDistance: 10_000,
    leastSamples: 4,
    laterAfter: Infinity,
  },
  force: {
    ...auto,
    startAfter: 0,
    sampledInstructions: 50_000,
    sampleDistance: 1000,
    watchDistance: 1000,
    watchSamples: 1,
    leastShare: 0,
    leastSamples: 1,
    restInstructions: 0,
    mostRounds: Infinity,
    laterAfter: Infinity,
    isForced: true,
  },
};
