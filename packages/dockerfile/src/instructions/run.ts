import { goQuote } from '../gotext/quote.ts';
import { instructionError } from './argument-errors.ts';
import { type CommandLine, commandLineOf } from './command-line.ts';
import { type FlagSpec, parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';
import { parseRunDevice, type RunDevice } from './run-device.ts';
import { parseMountFrom } from './run-mount.ts';

/** `RUN [flags] command`. */
export interface RunInstruction extends InstructionCommon {
  readonly kind: 'run';
  readonly command: CommandLine;
  readonly mounts: readonly UnexpandedMount[];
  readonly network: RunNetwork;
  readonly security: RunSecurity;
  readonly devices: readonly RunDevice[];
}

/** `none` has only the loopback interface. */
export type RunNetwork = 'default' | 'none' | 'host';
/** `insecure` asks for a privileged container. */
export type RunSecurity = 'sandbox' | 'insecure';

/** A `--mount` value before variables are expanded. */
export interface UnexpandedMount {
  readonly text: string;
  /** Source, never expanded; undefined when not given. */
  readonly from: string | undefined;
}

/** Flags of RUN. */
export const runFlags = {
  mount: 'strings',
  network: 'string',
  security: 'string',
  device: 'strings',
} as const satisfies FlagSpec;

/** @throws {@link DockerfileError} for wrong flags; mounts are checked after expansion, but for `from` */
export function parseRun(node: InstructionNode): RunInstruction {
  const flags = parseFlags(node.flags, runFlags);
  return {
    kind: 'run',
    ...commonOf(node),
    command: commandLineOf(node),
    mounts: flags.mount.map((text) => ({ text, from: parseMountFrom(text) })),
    network: parseNetwork(flags.network ?? 'default'),
    security: parseSecurity(flags.security ?? 'sandbox'),
    devices: flags.device.map(parseRunDevice),
  };
}

function parseNetwork(value: string): RunNetwork {
  if (value === 'default' || value === 'none' || value === 'host') return value;
  throw instructionError(`invalid network mode ${goQuote(value)}`);
}

function parseSecurity(value: string): RunSecurity {
  if (value === 'sandbox' || value === 'insecure') return value;
  throw instructionError(`security ${goQuote(value)} is not valid`);
}
