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
  /** The box waits for what is translated. For tests. */
  readonly isForced?: boolean;
}
