import { createHash } from 'node:crypto';
import { type FileNode, readContent, type Tree } from '@boxer/fsimage';
import { looksLikeElf, type Segment, segmentsOf } from './elf-file.ts';

/** An executable or library of an image. */
export interface Executable {
  /** One of its paths. */
  readonly path: string;
  readonly segments: readonly Segment[];
  /** Bytes of code. */
  readonly codeBytes: number;
}

const PAGE_BYTES = 4096;
/** What is larger is no program that anybody waits for to be translated. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
const LEAST_BYTES = 256;

/** Finds the AArch64 executables and libraries of a tree, each file once. */
export async function* findExecutables(tree: Tree, signal?: AbortSignal): AsyncGenerator<Executable> {
  const seen = new Set<unknown>();
  for (const { path, id, inode } of tree.walk()) {
    signal?.throwIfAborted();
    if (inode.kind !== 'file' || seen.has(id)) continue;
    seen.add(id);
    const { sizeBytes } = inode.content;
    if (sizeBytes < LEAST_BYTES || sizeBytes > MAX_FILE_BYTES || !(await startsLikeElf(inode))) continue;
    const segments = segmentsOf(await readContent(inode.content));
    const code = segments?.filter((each) => each.isExecutable && !each.isWritable) ?? [];
    const codeBytes = code.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (segments && codeBytes > 0) yield { path, segments, codeBytes };
  }
}

async function startsLikeElf({ content }: FileNode): Promise<boolean> {
  for await (const chunk of content.chunks()) return looksLikeElf(chunk);
  return false;
}

/** Pages of code by what is in them, and where they were linked for. */
export function* codePages({ segments }: Executable): Generator<{ page: number; digest: string }> {
  for (const { address, bytes, isExecutable, isWritable } of segments) {
    if (!isExecutable || isWritable) continue;
    const first = Math.ceil(address / PAGE_BYTES);
    const end = Math.floor((address + bytes.length) / PAGE_BYTES);
    for (let page = first; page < end; page++) {
      const at = page * PAGE_BYTES - address;
      const digest = createHash('sha256')
        .update(bytes.subarray(at, at + PAGE_BYTES))
        .digest('hex');
      yield { page, digest };
    }
  }
}
