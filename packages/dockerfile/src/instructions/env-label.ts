import { atLeastOneArgument, blankNames } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `ENV name=value …`. */
export interface EnvInstruction extends InstructionCommon {
  readonly kind: 'env';
  readonly pairs: readonly NameValue[];
}

/** `LABEL name=value …`. */
export interface LabelInstruction extends InstructionCommon {
  readonly kind: 'label';
  readonly pairs: readonly NameValue[];
}

/** One definition; quotes are still in place. */
export interface NameValue {
  readonly name: string;
  readonly value: string;
  /** Written the older way, without `=`. */
  readonly legacy: boolean;
}

/** @throws {@link DockerfileError} without arguments or for a blank name */
export function parseEnv(node: InstructionNode): EnvInstruction {
  parseFlags(node.flags, {});
  return { kind: 'env', ...commonOf(node), pairs: pairsOf(node, 'ENV') };
}

/** @throws {@link DockerfileError} without arguments or for a blank name */
export function parseLabel(node: InstructionNode): LabelInstruction {
  parseFlags(node.flags, {});
  return { kind: 'label', ...commonOf(node), pairs: pairsOf(node, 'LABEL') };
}

function pairsOf(node: InstructionNode, keyword: string): readonly NameValue[] {
  if (node.args.length === 0) throw atLeastOneArgument(keyword);
  const pairs: NameValue[] = [];
  for (let i = 0; i < node.args.length; i += 3) {
    const [name = '', value = '', separator] = node.args.slice(i, i + 3);
    if (name === '') throw blankNames(keyword);
    pairs.push({ name, value, legacy: separator === '' });
  }
  return pairs;
}
