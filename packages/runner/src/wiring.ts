import type { GuestJob, InputPlan, OutputPlan } from './guest-job.ts';

/** The parts of a job that say where its bytes go. */
export interface Wiring {
  readonly stdin: InputPlan;
  readonly stdout: OutputPlan;
  readonly stderr: OutputPlan;
  readonly changes: OutputPlan;
  readonly terminal: boolean;
  readonly log: boolean;
  readonly audit: GuestJob['audit'];
}
