import { goQuote } from '../gotext/quote.ts';
import { instructionError } from './argument-errors.ts';
import { type FlagSpec, parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `FROM [--platform=p] base [AS name]`: starts a stage. */
export interface FromInstruction extends InstructionCommon {
  readonly kind: 'from';
  /** Image, stage, named context or `scratch`; may hold variables. */
  readonly base: string;
  /** Lower case; undefined when the stage has no name. */
  readonly name: string | undefined;
  /** The words as written: base, and if given AS and the name. */
  readonly words: readonly string[];
  readonly platform: string | undefined;
}

const STAGE_NAME = /^[a-z][a-z0-9\-_.]*$/;

/** Flags of FROM. */
export const fromFlags = { platform: 'string' } as const satisfies FlagSpec;

/** @throws {@link DockerfileError} unless there are one or three words and the name is valid */
export function parseFrom(node: InstructionNode): FromInstruction {
  const name = parseStageName(node.args);
  const { platform } = parseFlags(node.flags, fromFlags);
  const base = node.args[0] ?? '';
  return { kind: 'from', ...commonOf(node), base, name, words: node.args, platform };
}

function parseStageName(args: readonly string[]): string | undefined {
  const [, as, name] = args;
  if (args.length === 3 && name !== undefined && as?.toLowerCase() === 'as') {
    const lowerCase = name.toLowerCase();
    if (STAGE_NAME.test(lowerCase)) return lowerCase;
    const why = "name can't start with a number or contain symbols";
    throw instructionError(`invalid name for build stage: ${goQuote(name)}, ${why}`);
  }
  if (args.length !== 1) throw instructionError('FROM requires either one or three arguments');
  return undefined;
}
