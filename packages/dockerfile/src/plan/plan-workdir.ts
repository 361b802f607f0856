import { goQuote } from '../gotext/quote.ts';
import type { WorkdirInstruction } from '../instructions/single-argument.ts';
import { parseOwner } from './file-owner.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { StagePlanner } from './stage-planner.ts';
import { normalizeWorkdir } from './working-directory.ts';

/** WORKDIR: changes and creates the working directory. */
export function planWorkdir(
  planner: StagePlanner,
  instruction: WorkdirInstruction,
  { onBuild }: InstructionContext,
): void {
  const requested = planner.expander(instruction)(instruction.path);
  if (!planner.hasWorkdir && !requested.startsWith('/')) {
    planner.linter.report('WorkdirRelativePath', instruction, goQuote(requested));
  }
  const { stored, path } = normalizeWorkdir(planner.config.workingDir, requested);
  planner.config.workingDir = stored;
  planner.workdir = path;
  planner.hasWorkdir = true;

  const createsLayer = stored !== '/';
  const history = planner.commit(`WORKDIR ${stored}`, createsLayer);
  const { user } = planner.config;
  planner.steps.push({
    kind: 'workdir',
    path,
    owner: user === '' ? undefined : parseOwner(user),
    createsLayer,
    ...planner.common(instruction, onBuild, history),
  });
}
