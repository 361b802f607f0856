import { trimSpace } from '../gotext/space.ts';
import { atLeastOneArgument, instructionError } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `VOLUME path …`. */
export interface VolumeInstruction extends InstructionCommon {
  readonly kind: 'volume';
  readonly volumes: readonly string[];
}

/** @throws {@link DockerfileError} without arguments or for an empty path */
export function parseVolume(node: InstructionNode): VolumeInstruction {
  if (node.args.length === 0) throw atLeastOneArgument('VOLUME');
  parseFlags(node.flags, {});
  const volumes = node.args.map(trimSpace);
  if (volumes.includes('')) throw instructionError('VOLUME specified can not be an empty string');
  return { kind: 'volume', ...commonOf(node), volumes };
}
