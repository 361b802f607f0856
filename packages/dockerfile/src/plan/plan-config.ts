import { exposedPorts, splitPortSpec } from '../config/expose-ports.ts';
import { healthcheckConfig, healthcheckHistory } from '../config/healthcheck-config.ts';
import { checkStopSignal } from '../config/stop-signal.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote, goQuoteList } from '../gotext/quote.ts';
import type { CmdInstruction, EntrypointInstruction } from '../instructions/cmd-entrypoint.ts';
import type { EnvInstruction, LabelInstruction, NameValue } from '../instructions/env-label.ts';
import type { ExposeInstruction } from '../instructions/expose.ts';
import type { HealthcheckInstruction } from '../instructions/healthcheck.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import type { OnbuildInstruction } from '../instructions/onbuild.ts';
import type { ShellInstruction } from '../instructions/shell.ts';
import type {
  MaintainerInstruction,
  StopsignalInstruction,
  UserInstruction,
} from '../instructions/single-argument.ts';
import type { VolumeInstruction } from '../instructions/volume.ts';
import { holdsSecret } from '../lint/secret-names.ts';
import { withShell } from './command-argv.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { StagePlanner } from './stage-planner.ts';

/** ENV: all values see the variables as before the line. */
export function planEnv(
  planner: StagePlanner,
  instruction: EnvInstruction,
  context: InstructionContext,
): void {
  const pairs = expandPairs(planner, instruction);
  for (const { name, value, legacy } of pairs) {
    if (legacy) planner.linter.report('LegacyKeyValueFormat', instruction, instruction.keyword);
    if (holdsSecret(name)) planner.linter.report('SecretsUsedInArgOrEnv', instruction, 'ENV', goQuote(name));
    planner.env.set(name, value);
    planner.config.env.set(name, value);
  }
  finish(planner, instruction, context, `ENV ${showPairs(pairs)}`);
}

/** LABEL: the last value of a name counts. */
export function planLabel(
  planner: StagePlanner,
  instruction: LabelInstruction,
  context: InstructionContext,
): void {
  const pairs = expandPairs(planner, instruction);
  for (const { name, value, legacy } of pairs) {
    if (legacy) planner.linter.report('LegacyKeyValueFormat', instruction, instruction.keyword);
    planner.config.labels.set(name, value);
  }
  finish(planner, instruction, context, `LABEL ${showPairs(pairs)}`);
}

/** MAINTAINER: sets the author of the image. */
export function planMaintainer(
  planner: StagePlanner,
  instruction: MaintainerInstruction,
  context: InstructionContext,
): void {
  planner.author = instruction.maintainer;
  finish(planner, instruction, context, `MAINTAINER ${instruction.maintainer}`);
}

/** CMD: with SHELL in front when it is no JSON array. */
export function planCmd(
  planner: StagePlanner,
  instruction: CmdInstruction,
  context: InstructionContext,
): void {
  noteOnlyOne(planner, instruction);
  const argv = argvOf(planner, instruction);
  planner.config.cmd = argv;
  planner.config.argsEscaped = true;
  finish(planner, instruction, context, `CMD ${goQuoteList(argv)}`);
}

/** ENTRYPOINT: drops a CMD that comes from the base. */
export function planEntrypoint(
  planner: StagePlanner,
  instruction: EntrypointInstruction,
  context: InstructionContext,
): void {
  noteOnlyOne(planner, instruction);
  const argv = argvOf(planner, instruction);
  planner.config.entrypoint = argv;
  if (!planner.lastOf.has('cmd')) planner.config.cmd = [];
  finish(planner, instruction, context, `ENTRYPOINT ${goQuoteList(argv)}`);
}

/** HEALTHCHECK: replaces that of the base. */
export function planHealthcheck(
  planner: StagePlanner,
  instruction: HealthcheckInstruction,
  context: InstructionContext,
): void {
  noteOnlyOne(planner, instruction);
  planner.config.healthcheck = healthcheckConfig(instruction);
  finish(planner, instruction, context, `HEALTHCHECK ${healthcheckHistory(instruction)}`);
}

/** EXPOSE: values are split into words again after expansion. */
export function planExpose(
  planner: StagePlanner,
  instruction: ExposeInstruction,
  context: InstructionContext,
): void {
  const { lexer } = planner.session;
  const specs = instruction.ports.flatMap((port) => lexer.process(port, planner.env).words);
  for (const spec of specs) lintPort(planner, instruction, spec);
  const ports = specs.flatMap(exposedPorts);
  for (const port of ports) planner.config.exposedPorts.add(port);
  finish(planner, instruction, context, `EXPOSE [${ports.join(' ')}]`);
}

/** USER: stored as written; names are looked up when programs run. */
export function planUser(
  planner: StagePlanner,
  instruction: UserInstruction,
  context: InstructionContext,
): void {
  const user = planner.expander(instruction)(instruction.user);
  planner.config.user = user;
  finish(planner, instruction, context, `USER ${user}`);
}

/** VOLUME: adds to the volumes of the base. */
export function planVolume(
  planner: StagePlanner,
  instruction: VolumeInstruction,
  context: InstructionContext,
): void {
  const volumes = instruction.volumes.map(planner.expander(instruction));
  if (volumes.includes('')) {
    throw new DockerfileError('DOCKERFILE_VALUE', 'VOLUME specified can not be an empty string');
  }
  for (const path of volumes) planner.config.volumes.add(path);
  finish(planner, instruction, context, `VOLUME [${volumes.join(' ')}]`);
}

/** STOPSIGNAL: stored as written, once checked. */
export function planStopsignal(
  planner: StagePlanner,
  instruction: StopsignalInstruction,
  context: InstructionContext,
): void {
  const signal = planner.expander(instruction)(instruction.signal);
  checkStopSignal(signal);
  planner.config.stopSignal = signal;
  finish(planner, instruction, context, `STOPSIGNAL ${signal}`);
}

/** SHELL: applies to later commands in shell form. */
export function planShell(
  planner: StagePlanner,
  instruction: ShellInstruction,
  context: InstructionContext,
): void {
  planner.config.shell = instruction.shell;
  finish(planner, instruction, context, `SHELL [${instruction.shell.join(' ')}]`);
}

/** ONBUILD: leaves no trace in the history. */
export function planOnbuild(
  planner: StagePlanner,
  instruction: OnbuildInstruction,
  { onBuild }: InstructionContext,
): void {
  planner.config.onBuild.push(instruction.expression);
  planner.steps.push({
    kind: 'config',
    instruction: 'ONBUILD',
    ...planner.common(instruction, onBuild, undefined),
  });
}

function finish(
  planner: StagePlanner,
  instruction: StageInstruction,
  { onBuild }: InstructionContext,
  createdBy: string,
): void {
  const history = planner.commit(createdBy, false);
  const name = instruction.keyword.toUpperCase();
  planner.steps.push({ kind: 'config', instruction: name, ...planner.common(instruction, onBuild, history) });
}

function expandPairs(
  planner: StagePlanner,
  instruction: EnvInstruction | LabelInstruction,
): readonly NameValue[] {
  const expand = planner.expander(instruction);
  return instruction.pairs.map(({ name, value, legacy }) => ({
    name: expand(name),
    value: expand(value),
    legacy,
  }));
}

function showPairs(pairs: readonly NameValue[]): string {
  return pairs.map(({ name, value }) => `${name}=${value}`).join(' ');
}

function argvOf(
  planner: StagePlanner,
  instruction: CmdInstruction | EntrypointInstruction,
): readonly string[] {
  const { words, form } = instruction.command;
  if (form === 'exec') return words;
  if (planner.config.shell.length === 0) {
    planner.linter.report('JSONArgsRecommended', instruction, instruction.keyword);
  }
  return withShell(planner.config.shell, words);
}

/** Of CMD, ENTRYPOINT and HEALTHCHECK only the last one in a stage counts. */
function noteOnlyOne(planner: StagePlanner, instruction: StageInstruction): void {
  const previous = planner.lastOf.get(instruction.kind);
  if (previous !== undefined) {
    planner.linter.report(
      'MultipleInstructionsDisallowed',
      { range: previous.range, comments: instruction.comments },
      instruction.keyword,
    );
  }
  planner.lastOf.set(instruction.kind, instruction);
}

function lintPort(planner: StagePlanner, instruction: ExposeInstruction, spec: string): void {
  const { ip, hostPort, protocol } = splitPortSpec(spec);
  if (protocol !== protocol.toLowerCase()) planner.linter.report('ExposeProtoCasing', instruction, spec);
  if (ip !== '' || hostPort !== '') planner.linter.report('ExposeInvalidFormat', instruction, spec);
}
