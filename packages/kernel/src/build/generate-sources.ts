import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { abiSource } from '../generate/abi.ts';
import { dispatchSource, unhandled } from '../generate/dispatch.ts';
import { syscallReference } from '../generate/docs.ts';
import { findHandlers } from '../generate/handlers.ts';
import { traceSource } from '../generate/trace.ts';
import type { SyscallRow } from '../syscall-row.ts';
import { syscalls } from '../syscalls.table.ts';
import { packageRoot } from './paths.ts';

export interface Generated {
  /** Files that were out of date, relative to the package. */
  readonly stale: readonly string[];
  /** Rows without a handler: they answer ENOSYS. */
  readonly unhandled: readonly SyscallRow[];
}

/**
 * Writes the generated files whose content has changed.
 *
 * @param options.check - write nothing
 */
export async function generateSources(options: { readonly check: boolean }): Promise<Generated> {
  const handlers = await findHandlers(path.join(packageRoot, 'assembly'));
  const files: readonly (readonly [file: string, source: string])[] = [
    ['assembly/abi.gen.ts', abiSource()],
    ['assembly/dispatch.gen.ts', dispatchSource(syscalls, handlers)],
    ['assembly/trace/rows.gen.ts', traceSource(syscalls)],
    ['../../docs/reference/syscalls.md', syscallReference(syscalls)],
  ];
  const stale: string[] = [];
  for (const [file, wanted] of files) {
    const at = path.join(packageRoot, file);
    const present = await readFile(at, 'utf8').catch(() => '');
    if (present === wanted) continue;
    stale.push(file);
    if (options.check) continue;
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, wanted);
  }
  return { stale, unhandled: unhandled(syscalls, handlers) };
}
