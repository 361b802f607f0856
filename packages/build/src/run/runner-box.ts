import type { Box, BoxOutcome, BoxRequest } from './box-port.ts';
import { RunUnsupportedError } from '../errors/run-errors.ts';

export interface RunnerBoxOptions {
  readonly workDirectory: string;
  readonly signal: AbortSignal | undefined;
}

export class RunnerBox implements Box {
  readonly identity = [];

  constructor(_options: RunnerBoxOptions) {}

  async run(_request: BoxRequest): Promise<BoxOutcome> {
    throw new RunUnsupportedError('the runner is not bound yet');
  }
}
