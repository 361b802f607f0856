import type { CopyStep, FilesSource } from '@boxer/dockerfile';
import { type Digest, digestOf } from '@boxer/foundation';
import { contentDigest } from '@boxer/fsimage';
import type { StepCache } from '../cache/step-cache.ts';
import { stepKey } from '../cache/step-key.ts';
import { collectFiles, filesDigest } from '../context/collect-files.ts';
import { followPath } from '../context/follow-path.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { SourceNotFoundError } from '../errors/copy-errors.ts';
import type { CopyEnvironment } from './execute-copy.ts';
import { copySelection } from './copy-selection.ts';
import { resolveWildcards } from './resolve-wildcards.ts';

/**
 * All that the outcome of COPY or ADD depends on, but for the filesystem that it is executed on: what the step says, and
 * the digests of the files that it reads. Times of files are left out.
 *
 * @throws as executing it, when a source is missing
 */
export async function copyInputs(
  step: CopyStep,
  environment: CopyEnvironment,
  cache: StepCache,
): Promise<readonly unknown[]> {
  const inputs: unknown[] = [];
  for (const source of step.sources) {
    environment.signal?.throwIfAborted();
    inputs.push(await sourceInputs(source, step, environment, cache));
  }
  const { instruction, dest, owner, mode, link, exclude } = step;
  return [instruction, dest, owner ?? null, mode ?? null, link, exclude, inputs];
}

async function sourceInputs(
  source: CopyStep['sources'][number],
  step: CopyStep,
  environment: CopyEnvironment,
  cache: StepCache,
): Promise<unknown> {
  switch (source.kind) {
    case 'inline':
      return source;
    case 'files': {
      const root = await environment.source(source.from);
      const { path, parents, unpack } = source;
      return [path, parents ?? null, unpack, await remembered(root, source, step, cache)];
    }
    case 'http': {
      const { content, attributes } = await environment.fetches.download(source);
      return [source.filename, source.unpack, attributes.permissions, await contentDigest(content)];
    }
    case 'git':
      return [source.mtime, await filesDigest(await environment.fetches.repository(source))];
  }
}

/** What a stage or image holds is told by its key, so its files are looked at once. */
async function remembered(
  root: SourceRoot,
  source: FilesSource,
  step: CopyStep,
  cache: StepCache,
): Promise<Digest> {
  if (root.key === undefined) return selectedDigest(root, source, step);
  const key = stepKey('inputs', root.key, source.path, source.parents ?? null, source.unpack, step.exclude);
  const known = await cache.findInputs(key);
  if (known !== undefined) return known;
  const digest = await selectedDigest(root, source, step);
  await cache.storeInputs(key, digest);
  return digest;
}

async function selectedDigest(root: SourceRoot, source: FilesSource, step: CopyStep): Promise<Digest> {
  const required = source.parents?.required;
  if (required !== undefined && (await followPath(root, required, false)) === undefined) {
    throw new SourceNotFoundError(root.name, required);
  }
  const selection = copySelection(step, source.parents?.include);
  const found: unknown[] = [];
  for (const path of await resolveWildcards(root, source.path)) {
    const { tree, path: at } = await collectFiles(root, path, selection);
    found.push([path.slice(path.lastIndexOf('/') + 1), at, await filesDigest(tree)]);
  }
  return digestOf(JSON.stringify(found));
}
