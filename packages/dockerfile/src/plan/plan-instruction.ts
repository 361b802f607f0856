import type { StageInstruction } from '../instructions/instruction.ts';
import type { InstructionContext } from './instruction-context.ts';
import { planArg } from './plan-arg.ts';
import {
  planCmd,
  planEntrypoint,
  planEnv,
  planExpose,
  planHealthcheck,
  planLabel,
  planMaintainer,
  planOnbuild,
  planShell,
  planStopsignal,
  planUser,
  planVolume,
} from './plan-config.ts';
import { planCopy } from './plan-copy.ts';
import { planRun } from './plan-run.ts';
import { planWorkdir } from './plan-workdir.ts';
import type { StagePlanner } from './stage-planner.ts';

/** Plans one instruction: expands it, changes the planner's state, appends a step. */
export function planInstruction(
  planner: StagePlanner,
  instruction: StageInstruction,
  context: InstructionContext,
): void {
  switch (instruction.kind) {
    case 'run':
      return planRun(planner, instruction, context);
    case 'copy':
    case 'add':
      return planCopy(planner, instruction, context);
    case 'workdir':
      return planWorkdir(planner, instruction, context);
    case 'arg':
      return planArg(planner, instruction, context);
    case 'cmd':
      return planCmd(planner, instruction, context);
    case 'entrypoint':
      return planEntrypoint(planner, instruction, context);
    case 'env':
      return planEnv(planner, instruction, context);
    case 'expose':
      return planExpose(planner, instruction, context);
    case 'healthcheck':
      return planHealthcheck(planner, instruction, context);
    case 'label':
      return planLabel(planner, instruction, context);
    case 'maintainer':
      return planMaintainer(planner, instruction, context);
    case 'onbuild':
      return planOnbuild(planner, instruction, context);
    case 'shell':
      return planShell(planner, instruction, context);
    case 'stopsignal':
      return planStopsignal(planner, instruction, context);
    case 'user':
      return planUser(planner, instruction, context);
    case 'volume':
      return planVolume(planner, instruction, context);
  }
}
