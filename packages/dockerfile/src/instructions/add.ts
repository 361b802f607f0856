import { type FlagSpec, parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';
import { requireDestination, type SourcesAndDest, sourcesAndDestOf } from './sources-and-dest.ts';

/** `ADD [flags] source… destination`. */
export interface AddInstruction extends InstructionCommon, SourcesAndDest {
  readonly kind: 'add';
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly exclude: readonly string[];
  readonly checksum: string;
  /** Undefined when not given. */
  readonly keepGitDir: boolean | undefined;
  /** Undefined when not given: local archives are extracted, downloads are not. */
  readonly unpack: boolean | undefined;
}

/** Flags of ADD. */
export const addFlags = {
  chown: 'string',
  chmod: 'string',
  link: 'bool',
  'keep-git-dir': 'bool',
  checksum: 'string',
  unpack: 'bool',
  exclude: 'strings',
} as const satisfies FlagSpec;

/** @throws {@link DockerfileError} for wrong flags, a missing destination, or a heredoc in its place */
export function parseAdd(node: InstructionNode): AddInstruction {
  requireDestination(node, 'ADD');
  const flags = parseFlags(node.flags, addFlags);
  return {
    kind: 'add',
    ...commonOf(node),
    ...sourcesAndDestOf(node, 'ADD'),
    chown: flags.chown ?? '',
    chmod: flags.chmod ?? '',
    link: flags.link ?? false,
    exclude: flags.exclude,
    checksum: flags.checksum ?? '',
    keepGitDir: flags['keep-git-dir'],
    unpack: flags.unpack,
  };
}
