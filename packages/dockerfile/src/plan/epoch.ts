import { DockerfileError, located } from '../dockerfile-error.ts';
import type { Dockerfile } from '../stages/dockerfile.ts';
import type { EnvList } from '../stages/env-list.ts';
import type { PlanOptions } from './build-plan.ts';

const NAME = 'SOURCE_DATE_EPOCH';
/** The last second that an image config can express: the end of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** Arguments with SOURCE_DATE_EPOCH replaced by its value in seconds. */
export interface ResolvedEpoch {
  readonly seconds: number | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly globalArgs: EnvList;
}

/**
 * Finds the build's timestamp. It is given in seconds, or as `context` or the name of a stage or named context,
 * whose time the caller has to find out.
 *
 * @throws {@link DockerfileError} for any other value
 * @source buildkit, frontend/dockerfile/dockerfile2llb/epoch.go
 */
export function resolveEpoch(inputs: {
  readonly dockerfile: Dockerfile;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly globalArgs: EnvList;
  readonly options: PlanOptions;
}): ResolvedEpoch {
  const { buildArgs, globalArgs } = inputs;
  const given = buildArgs.get(NAME) ?? globalArgs.get(NAME);
  if (given === undefined || (given === '' && !buildArgs.has(NAME)))
    return { seconds: undefined, buildArgs, globalArgs };

  const seconds = atArgument(inputs, () => secondsOf(given, inputs));
  return {
    seconds,
    buildArgs: new Map([...buildArgs].flatMap((entry) => (entry[0] === NAME ? replaced(seconds) : [entry]))),
    globalArgs: globalArgs.get(NAME) === undefined ? globalArgs : replacedIn(globalArgs, seconds),
  };
}

/** An error in the value leaves with the place of the ARG, unless the value came from the command line. */
function atArgument<T>({ buildArgs, dockerfile }: Parameters<typeof resolveEpoch>[0], action: () => T): T {
  const argument = dockerfile.globalArgs.findLast(({ definitions }) =>
    definitions.some(({ name }) => name === NAME),
  );
  return buildArgs.has(NAME) || argument === undefined
    ? action()
    : located({ file: dockerfile.file, range: argument.range }, action);
}

function replaced(seconds: number | undefined): [string, string][] {
  return seconds === undefined ? [] : [[NAME, String(seconds)]];
}

function replacedIn(env: EnvList, seconds: number | undefined): EnvList {
  const changed = env.clone();
  if (seconds === undefined) changed.delete(NAME);
  else changed.set(NAME, String(seconds));
  return changed;
}

function secondsOf(
  value: string,
  { dockerfile, options }: Parameters<typeof resolveEpoch>[0],
): number | undefined {
  if (value === '') return undefined;
  if (/^[+-]?\d+$/.test(value)) {
    const seconds = Number(value);
    if (Math.abs(seconds) <= LAST_SECOND) return seconds;
    throw invalid(value, 'Give a time before the year 10000.');
  }
  const isStage = dockerfile.stages.some(({ from }) => from.name === value.toLowerCase());
  const isKnown = value === 'context' || isStage || Object.hasOwn(options.contexts ?? {}, value);
  if (!isKnown) throw invalid(value, 'Give it in seconds since 1970.');
  if (isStage && options.sourceDateEpoch === undefined) {
    throw new DockerfileError(
      'DOCKERFILE_UNSUPPORTED',
      `Cannot take SOURCE_DATE_EPOCH from stage ${value}: stages are not built while planning`,
      {
        hint: 'Give it in seconds since 1970.',
      },
    );
  }
  return options.sourceDateEpoch;
}

function invalid(value: string, hint: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', `invalid SOURCE_DATE_EPOCH: ${value}`, { hint });
}
