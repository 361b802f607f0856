import { formatDuration, parseDuration } from '../gotext/duration.ts';
import { goQuote } from '../gotext/quote.ts';
import { atLeastOneArgument, instructionError } from './argument-errors.ts';
import { commandWords } from './command-line.ts';
import { type FlagSpec, parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `HEALTHCHECK NONE` or `HEALTHCHECK [flags] CMD command`. Durations are nanoseconds, 0 the default. */
export interface HealthcheckInstruction extends InstructionCommon {
  readonly kind: 'healthcheck';
  /** `NONE`, `CMD` and words, or `CMD-SHELL` and one text. */
  readonly test: readonly string[];
  readonly interval: bigint;
  readonly timeout: bigint;
  readonly startPeriod: bigint;
  readonly startInterval: bigint;
  readonly retries: number;
}

/** @source moby, api/types/container, MinimumDuration */
const MINIMUM_DURATION = 1_000_000n;
const DEFAULTS = { interval: 0n, timeout: 0n, startPeriod: 0n, startInterval: 0n, retries: 0 };

/** Flags of HEALTHCHECK. */
export const healthcheckFlags = {
  interval: 'string',
  timeout: 'string',
  'start-period': 'string',
  'start-interval': 'string',
  retries: 'string',
} as const satisfies FlagSpec;

/** @throws {@link DockerfileError} for an unknown type, a missing command, or durations and retries out of range */
export function parseHealthcheck(node: InstructionNode): HealthcheckInstruction {
  const [first, ...args] = node.args;
  if (first === undefined) throw atLeastOneArgument('HEALTHCHECK');
  const type = first.toUpperCase();
  if (type === 'NONE') {
    if (args.length > 0) throw instructionError('HEALTHCHECK NONE takes no arguments');
    return { kind: 'healthcheck', ...commonOf(node), test: ['NONE'], ...DEFAULTS };
  }
  const flags = parseFlags(node.flags, healthcheckFlags);
  if (type !== 'CMD') throw instructionError(`Unknown type ${goQuote(type)} in HEALTHCHECK (try CMD)`);
  const words = commandWords(args, node.json);
  if (words.length === 0) throw instructionError('Missing command after HEALTHCHECK CMD');
  return {
    kind: 'healthcheck',
    ...commonOf(node),
    test: [node.json ? 'CMD' : 'CMD-SHELL', ...words],
    interval: durationOf('interval', flags.interval),
    timeout: durationOf('timeout', flags.timeout),
    startPeriod: durationOf('start-period', flags['start-period']),
    startInterval: durationOf('start-interval', flags['start-interval']),
    retries: retriesOf(flags.retries),
  };
}

function durationOf(flag: string, value: string | undefined): bigint {
  if (value === undefined || value === '') return 0n;
  const duration = parseDuration(value);
  if (duration === 0n || duration >= MINIMUM_DURATION) return duration;
  throw instructionError(`Interval ${goQuote(flag)} cannot be less than ${formatDuration(MINIMUM_DURATION)}`);
}

function retriesOf(value: string | undefined): number {
  if (value === undefined || value === '') return 0;
  if (!/^[+-]?\d+$/.test(value)) {
    throw instructionError(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
  }
  const retries = Number(value);
  if (retries > 2 ** 31 - 1 || retries < -(2 ** 31)) {
    throw instructionError(`strconv.ParseInt: parsing ${goQuote(value)}: value out of range`);
  }
  if (retries < 0) throw instructionError(`--retries cannot be negative (${retries})`);
  return retries;
}
