import { type FlagSpec, parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';
import { requireDestination, type SourcesAndDest, sourcesAndDestOf } from './sources-and-dest.ts';

/** `COPY [flags] source… destination`. */
export interface CopyInstruction extends InstructionCommon, SourcesAndDest {
  readonly kind: 'copy';
  readonly from: string | undefined;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
}

/** Flags of COPY. */
export const copyFlags = {
  chown: 'string',
  from: 'string',
  chmod: 'string',
  link: 'bool',
  parents: 'bool',
  exclude: 'strings',
} as const satisfies FlagSpec;

/** @throws {@link DockerfileError} for wrong flags, a missing destination, or a heredoc in its place */
export function parseCopy(node: InstructionNode): CopyInstruction {
  requireDestination(node, 'COPY');
  const flags = parseFlags(node.flags, copyFlags);
  return {
    kind: 'copy',
    ...commonOf(node),
    ...sourcesAndDestOf(node, 'COPY'),
    from: flags.from === '' ? undefined : flags.from,
    chown: flags.chown ?? '',
    chmod: flags.chmod ?? '',
    link: flags.link ?? false,
    parents: flags.parents ?? false,
    exclude: flags.exclude,
  };
}
