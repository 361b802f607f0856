import { DockerfileError } from '../dockerfile-error.ts';
import type { RunInstruction } from '../instructions/run.ts';
import { chompHeredoc, findHeredocMarker } from '../lines/heredoc.ts';
import type { RunMount } from './build-step.ts';
import { withShell } from './command-argv.ts';
import type { InstructionContext } from './instruction-context.ts';
import { planMounts } from './plan-mounts.ts';
import { proxyVariables } from './proxy-variables.ts';
import type { StagePlanner } from './stage-planner.ts';

const SCRIPT_DIRECTORY = '/dev/pipes/';

/** RUN: executes a command in the stage's filesystem. */
export function planRun(
  planner: StagePlanner,
  instruction: RunInstruction,
  context: InstructionContext,
): void {
  const { words, form, mounts: scripts } = commandOf(instruction);
  const argv = form === 'shell' ? withShell(planner.config.shell, words) : words;
  const mounts = planMounts(planner, instruction, context);
  refuseUnsupported(instruction);

  const { env, workdir } = planner;
  const history = planner.commit(`RUN ${[...historyArgs(planner), ...argv].join(' ')} # buildkit`, true);
  const { user } = planner.config;
  const common = planner.common(instruction, context.onBuild, history);
  planner.steps.push({
    kind: 'run',
    form,
    argv,
    env: env.toArray(),
    proxyEnv: proxyVariables(planner.session.buildArgs),
    workdir,
    user: user === '' ? undefined : user,
    mounts: [...scripts, ...mounts],
    network: instruction.network,
    security: 'sandbox',
    ...common,
    title: common.title + heredocSummary(instruction),
  });
}

interface RunCommand {
  readonly words: readonly string[];
  readonly form: 'shell' | 'exec';
  readonly mounts: readonly RunMount[];
}

/**
 * Works heredocs into the command. A heredoc alone is the script; with `#!` it is a program of its own; beside other
 * words, heredocs are left to the shell.
 */
function commandOf({ command }: RunInstruction): RunCommand {
  const { words, form, heredocs } = command;
  const [first] = heredocs;
  const [text = ''] = words;
  if (first === undefined || form === 'exec') return { words, form, mounts: [] };
  if (findHeredocMarker(text) === undefined) {
    const bodies = heredocs.map(({ content, name }) => `\n${content}${name}`);
    return { words: [text + bodies.join('')], form, mounts: [] };
  }
  const content = first.chomp ? chompHeredoc(first.content) : first.content;
  if (!content.startsWith('#!')) return { words: [content], form, mounts: [] };
  const script: RunMount = {
    kind: 'script',
    target: SCRIPT_DIRECTORY,
    name: first.name,
    content,
    mode: 0o755,
  };
  return { words: [SCRIPT_DIRECTORY + first.name], form, mounts: [script] };
}

/** ARGs appear in the history in front of the command, each once, with the value they have now. */
function historyArgs({ env, buildArgs }: StagePlanner): readonly string[] {
  if (buildArgs.size === 0) return [];
  const shown = Array.from(buildArgs, ([name, value]) => `${name}=${env.get(name) ?? value ?? ''}`);
  return [`|${buildArgs.size}`, ...shown];
}

function refuseUnsupported(instruction: RunInstruction): void {
  if (instruction.devices.length > 0) {
    throw new DockerfileError(
      'DOCKERFILE_UNSUPPORTED',
      'device feature is only supported in Dockerfile frontend 1.14.0-labs or later',
      { hint: 'Remove --device: a box has no devices of the host.' },
    );
  }
  if (instruction.security === 'insecure') {
    throw new DockerfileError('DOCKERFILE_UNSUPPORTED', 'security.insecure is not allowed', {
      hint: 'Remove --security=insecure: a box has no privileges to give.',
    });
  }
  if (instruction.network === 'host') {
    throw new DockerfileError('DOCKERFILE_UNSUPPORTED', 'network.host is not allowed', {
      hint: 'Remove --network=host: a box does not reach the network of the host.',
    });
  }
}

function heredocSummary({ command }: RunInstruction): string {
  const [first] = command.heredocs;
  if (first === undefined || findHeredocMarker(command.words[0] ?? '') === undefined) return '';
  const lines = first.content.trim().split(/\r?\n/);
  return ` (${lines[0] ?? ''}${lines.length > 1 ? '...' : ''})`;
}
