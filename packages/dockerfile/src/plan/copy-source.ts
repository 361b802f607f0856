import { DockerfileError } from '../dockerfile-error.ts';
import { basename, cleanPath, joinPath } from '../gotext/clean-path.ts';
import type { AddInstruction } from '../instructions/add.ts';
import type { CopyInstruction } from '../instructions/copy.ts';
import { hasPathWildcards } from '../glob/path-pattern.ts';
import { lintCopySource } from '../lint/copy-rules.ts';
import type { CopySource, FilesSource, FileSource } from './build-step.ts';
import { parseGitReference } from './git-reference.ts';
import { gitSource } from './git-source.ts';
import type { StagePlanner } from './stage-planner.ts';

/** Flags of COPY and ADD that concern the sources. */
export interface CopyFlags {
  readonly from: FileSource;
  readonly checksum: string;
  readonly isAdd: boolean;
  readonly parents: boolean;
  readonly keepGitDir: boolean | undefined;
  readonly unpack: boolean | undefined;
}

const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Tells git repositories, downloads and files apart. */
export function planSource(
  planner: StagePlanner,
  instruction: CopyInstruction | AddInstruction,
  path: string,
  flags: CopyFlags,
): CopySource {
  const git = parseGitReference(path);
  if (git !== undefined && !git.looksLocal) {
    if (!flags.isAdd) throw fail("source can't be a git ref for COPY");
    return gitSource(git, flags.keepGitDir, flags.checksum);
  }
  if (/^https?:\/\//.test(path)) {
    if (!flags.isAdd) throw fail("source can't be a URL for COPY");
    return {
      kind: 'http',
      url: path,
      filename: filenameOf(path),
      checksum: flags.checksum === '' ? undefined : checkDigest(flags.checksum),
      unpack: flags.unpack ?? false,
    };
  }
  if (flags.from.kind === 'context') lintCopySource(planner, instruction, path);
  return filesSource(path, flags);
}

function filesSource(path: string, flags: CopyFlags): FilesSource {
  const unpack = flags.unpack ?? flags.isAdd;
  if (!flags.parents) {
    return { kind: 'files', from: flags.from, path: absolute(path), parents: undefined, unpack };
  }
  const pivot = path.indexOf('/./');
  const root = pivot === -1 ? '/' : path.slice(0, pivot);
  const pattern = absolute(pivot === -1 ? path : path.slice(pivot + '/./'.length));
  const isLiteral = !hasPathWildcards(root) && !hasPathWildcards(pattern);
  return {
    kind: 'files',
    from: flags.from,
    path: absolute(root),
    parents: {
      include: pattern.slice(1),
      required: isLiteral ? absolute(joinPath(root, pattern)) : undefined,
    },
    unpack,
  };
}

function filenameOf(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const name = basename(decode(path));
  return name === '.' || name === '/' ? '__unnamed__' : name;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** @source github.com/opencontainers/go-digest, Parse */
function checkDigest(text: string): string {
  const [, algorithm, hex = ''] =
    /^([A-Za-z0-9]+(?:[.+_-][A-Za-z0-9]+)*):([A-Za-z0-9=_-]+)$/.exec(text) ?? [];
  if (algorithm === undefined) throw fail('invalid checksum digest format');
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : undefined;
  if (length === undefined) throw fail('unsupported digest algorithm');
  if (hex.length !== length) throw fail('invalid checksum digest length');
  if (!/^[a-f0-9]+$/.test(hex)) throw fail('invalid checksum digest format');
  return text;
}

/** Paths cannot leave their root: `..` at the top is dropped. */
function absolute(path: string): string {
  return path.startsWith('/') ? cleanPath(path) : joinPath('/', path);
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', message);
}
