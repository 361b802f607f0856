import { goQuote } from '../gotext/quote.ts';
import type { ArgDefinition, ArgInstruction } from '../instructions/arg.ts';
import { holdsSecret } from '../lint/secret-names.ts';
import type { InstructionContext } from './instruction-context.ts';
import { NON_ENV_ARGS } from './non-env-args.ts';
import type { StagePlanner } from './stage-planner.ts';

/** ARG: defines variables for later lines, from build arguments, the global scope or defaults. */
export function planArg(
  planner: StagePlanner,
  instruction: ArgInstruction,
  { onBuild }: InstructionContext,
): void {
  const shown = instruction.definitions.map((definition) => {
    if (holdsSecret(definition.name)) {
      planner.linter.report('SecretsUsedInArgOrEnv', instruction, 'ARG', goQuote(definition.name));
    }
    const value = valueOf(planner, instruction, definition);
    const { name } = definition;
    if (value !== undefined && !NON_ENV_ARGS.has(name)) planner.env.set(name, value);
    planner.buildArgs.set(name, value);
    return value === undefined ? name : `${name}=${value}`;
  });
  const history = planner.commit(`ARG ${shown.join(' ')}`, false);
  planner.steps.push({
    kind: 'config',
    instruction: 'ARG',
    ...planner.common(instruction, onBuild, history),
  });
}

/** The default is only looked at when it is needed, so that `${X:?message}` can be avoided. */
function valueOf(
  planner: StagePlanner,
  instruction: ArgInstruction,
  definition: ArgDefinition,
): string | undefined {
  const { name, defaultValue } = definition;
  const given = planner.session.buildArgs.get(name);
  if (given !== undefined) return given;
  if (defaultValue === undefined) return planner.session.globalArgs.get(name);
  return planner.expander(instruction)(defaultValue);
}
