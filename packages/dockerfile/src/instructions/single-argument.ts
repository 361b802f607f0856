import { exactlyOneArgument } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `MAINTAINER name`, deprecated. */
export interface MaintainerInstruction extends InstructionCommon {
  readonly kind: 'maintainer';
  readonly maintainer: string;
}

/** `STOPSIGNAL signal`. */
export interface StopsignalInstruction extends InstructionCommon {
  readonly kind: 'stopsignal';
  readonly signal: string;
}

/** `USER user[:group]`. */
export interface UserInstruction extends InstructionCommon {
  readonly kind: 'user';
  readonly user: string;
}

/** `WORKDIR path`. */
export interface WorkdirInstruction extends InstructionCommon {
  readonly kind: 'workdir';
  readonly path: string;
}

/** @throws {@link DockerfileError} without argument or for flags */
export function parseMaintainer(node: InstructionNode): MaintainerInstruction {
  const maintainer = onlyArgument(node, 'MAINTAINER');
  parseFlags(node.flags, {});
  return { kind: 'maintainer', ...commonOf(node), maintainer };
}

/** @throws {@link DockerfileError} without argument; the signal is checked after expansion */
export function parseStopsignal(node: InstructionNode): StopsignalInstruction {
  return { kind: 'stopsignal', ...commonOf(node), signal: onlyArgument(node, 'STOPSIGNAL') };
}

/** @throws {@link DockerfileError} without argument or for flags */
export function parseUser(node: InstructionNode): UserInstruction {
  const user = onlyArgument(node, 'USER');
  parseFlags(node.flags, {});
  return { kind: 'user', ...commonOf(node), user };
}

/** @throws {@link DockerfileError} without argument or for flags */
export function parseWorkdir(node: InstructionNode): WorkdirInstruction {
  const path = onlyArgument(node, 'WORKDIR');
  parseFlags(node.flags, {});
  return { kind: 'workdir', ...commonOf(node), path };
}

function onlyArgument(node: InstructionNode, keyword: string): string {
  const [argument] = node.args;
  if (argument === undefined) throw exactlyOneArgument(keyword);
  return argument;
}
