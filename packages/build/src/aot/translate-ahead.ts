import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodeModule, type ImageMetadata, writeComponent } from '@boxer/component';
import type { ComposedPayload, Tree } from '@boxer/fsimage';
import type { Policy } from '@boxer/policy';
import { type ReachedPage, type ReachedPages, runBox, type StartOptions } from '@boxer/runner';
import { loadEngine } from '../run/engine.ts';
import { type AotOptions, training } from './aot-options.ts';
import { codePages, type Executable, findExecutables } from './find-executables.ts';
import { executedPages, translateExecutable } from './translate-reached.ts';

/** What translating ahead of time works on. */
export interface AotSurroundings {
  readonly tree: Tree;
  readonly payload: ComposedPayload;
  readonly metadata: ImageMetadata;
  /** Budgets of the training. */
  readonly policy: Policy;
  readonly workDirectory: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs an image's start command and the training commands, and translates the code in which they spend their time. Equal
 * images give equal code: the runs are repeatable. A command that fails does no harm.
 */
export async function translateAhead(
  { mode, train }: AotOptions,
  surroundings: AotSurroundings,
): Promise<CodeModule[]> {
  if (mode === 'none') return [];
  const reached = new Map<string, ReachedPage>();
  for await (const pages of trainingRuns(train, surroundings)) addPages(reached, pages);
  if (reached.size === 0) return [];
  const executables: { executable: Executable; digests: Set<string> }[] = [];
  const owners = new Map<string, number>();
  for await (const executable of findExecutables(surroundings.tree, surroundings.signal)) {
    const digests = new Set([...codePages(executable)].map(({ digest }) => digest));
    for (const digest of digests) if (reached.has(digest)) owners.set(digest, (owners.get(digest) ?? 0) + 1);
    executables.push({ executable, digests });
  }
  let leftBytes =
    training.maxGrowth * executables.reduce((sum, { executable }) => sum + executable.codeBytes, 0);
  const modules: CodeModule[] = [];
  for (const { executable, digests } of executables) {
    surroundings.signal?.throwIfAborted();
    if (![...digests].some((digest) => owners.get(digest) === 1)) continue;
    const module = translateExecutable(executable, executedPages(executable, reached), training.leastSamples);
    if (module === undefined || module.bytes.length > leftBytes) continue;
    leftBytes -= module.bytes.length;
    modules.push(module);
  }
  return modules;
}

async function* trainingRuns(
  train: readonly string[],
  { payload, metadata, policy, workDirectory, signal }: AotSurroundings,
): AsyncGenerator<ReachedPages> {
  const componentPath = join(workDirectory, 'training.wasm');
  const { skeleton, processModule, supportModule } = await loadEngine();
  await writeComponent({ skeleton, processModule, supportModule, metadata }, componentPath, { sync: false });
  const commands: Pick<StartOptions, 'entrypoint'>[] = [
    {},
    ...train.map((line) => ({ entrypoint: ['/bin/sh', '-c', line] })),
  ];
  try {
    for (const command of commands) {
      const { reached } = await runBox({
        ...command,
        componentPath,
        payload: {
          index: payload.index,
          data: payload.data.map(({ file, offset, sizeBytes }) => ({ fd: file.fd, offset, sizeBytes })),
        },
        policy: {
          ...policy,
          fuel: Math.min(policy.fuel ?? Infinity, training.fuel),
          timeoutMs: Math.min(policy.timeoutMs ?? Infinity, training.timeoutMs),
        },
        hostEnvironment: {},
        training: true,
        ...(signal === undefined ? {} : { signal }),
      });
      if (reached) yield reached;
    }
  } finally {
    await rm(componentPath, { force: true });
  }
}

function addPages(sum: Map<string, ReachedPage>, pages: ReachedPages): void {
  for (const [digest, page] of pages) {
    const known = sum.get(digest);
    if (!known) sum.set(digest, page);
    else
      sum.set(digest, {
        bits: known.bits.map((byte, i) => byte | (page.bits[i] ?? 0)),
        samples: known.samples.map((count, i) => count + (page.samples[i] ?? 0)),
      });
  }
}
