import type { GraphStage } from '../stages/stage-graph.ts';

/** Circumstances of an instruction. */
export interface InstructionContext {
  readonly onBuild: boolean;
  /** Stages that are complete at this point. */
  readonly planned: ReadonlySet<GraphStage>;
}
