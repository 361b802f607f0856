import {
  type CopyStep,
  type FilesSource,
  type FileSource,
  type GitSource,
  hasPathWildcards,
  type HttpSource,
  type InlineSource,
} from '@boxer/dockerfile';
import {
  applyLayer,
  attributes,
  attributesOf,
  type Content,
  copySubtree,
  inlineContent,
  type Spool,
  type Timestamp,
  Tree,
} from '@boxer/fsimage';
import { decompressAny } from '../add/decompress-any.ts';
import { isArchive } from '../add/detect-archive.ts';
import { followPath } from '../context/follow-path.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { TreeSource } from '../context/tree-source.ts';
import { CopyConflictError, SourceNotFoundError } from '../errors/copy-errors.ts';
import { type Ids, resolveOwner } from '../users/users.ts';
import { Copier, type CopyChanges } from './copier.ts';
import { copySelection } from './copy-selection.ts';
import type { Fetches } from './fetches.ts';
import { modeChange } from './mode-change.ts';
import { resolveWildcards } from './resolve-wildcards.ts';

/** What a COPY or ADD needs from the build around it. */
export interface CopyEnvironment {
  /** Opens a place that files come from. */
  source(from: FileSource): Promise<SourceRoot>;
  readonly fetches: Fetches;
  /** Takes what comes out of archives. */
  readonly spool: Spool;
  readonly now: Timestamp;
  readonly signal: AbortSignal | undefined;
}

/**
 * Executes COPY or ADD.
 *
 * @param tree - changed in place; half changed after an error
 * @throws {@link SourceNotFoundError}, {@link CopyConflictError} and the errors of ADD's sources
 */
export async function executeCopy(step: CopyStep, tree: Tree, environment: CopyEnvironment): Promise<void> {
  // --link copies into an empty root and overlays that: links at the destination are not followed.
  const target = step.link ? new Tree() : tree;
  const owner =
    step.owner === undefined ? undefined : await resolveOwner(target, step.owner.user, step.owner.group);
  const changes: CopyChanges = {
    owner,
    mode: step.mode === undefined ? undefined : modeChange(step.mode),
    madeDirectoryPermissions: step.mode?.kind === 'octal' ? step.mode.bits & 0o777 : 0o755,
    now: environment.now,
  };
  const execution = new CopyExecution(step, target, environment, changes);
  for (const source of step.sources) {
    environment.signal?.throwIfAborted();
    await execution.add(source);
  }
  if (step.link) copySubtree(target, '/', tree, '/', { replace: true });
}

class CopyExecution {
  readonly #copier: Copier;

  constructor(
    readonly step: CopyStep,
    readonly tree: Tree,
    readonly environment: CopyEnvironment,
    readonly changes: CopyChanges,
  ) {
    this.#copier = new Copier(tree, changes);
  }

  add(source: CopyStep['sources'][number]): Promise<void> {
    switch (source.kind) {
      case 'files':
        return source.parents === undefined ? this.#addFiles(source) : this.#addWithParents(source);
      case 'inline':
        return this.#addInline(source);
      case 'http':
        return this.#addDownload(source);
      case 'git':
        return this.#addRepository(source);
    }
  }

  async #addFiles(source: FilesSource): Promise<void> {
    const root = await this.environment.source(source.from);
    const selection = copySelection(this.step, undefined);
    for (const path of await resolveWildcards(root, source.path)) {
      const found = await followPath(root, path, true);
      if (found === undefined) throw new SourceNotFoundError(root.name, path);
      const { entry } = found;
      if (source.unpack && entry.kind === 'file' && (await isArchive(entry.content))) {
        await this.#extract(entry.content);
        continue;
      }
      this.#copier.prepare(this.step.dest);
      await this.#copier.copy(root, path, this.step.dest, selection);
    }
  }

  async #addWithParents(source: FilesSource): Promise<void> {
    const root = await this.environment.source(source.from);
    const required = source.parents?.required;
    if (required !== undefined && (await followPath(root, required, false)) === undefined) {
      throw new SourceNotFoundError(root.name, required);
    }
    if (!hasPathWildcards(source.path) && (await followPath(root, source.path, true)) === undefined) {
      throw new SourceNotFoundError(root.name, source.path);
    }
    this.#copier.prepare(this.step.dest);
    for (const path of await resolveWildcards(root, source.path)) {
      await this.#copier.copy(root, path, this.step.dest, copySelection(this.step, source.parents?.include));
    }
  }

  async #addInline({ name, content }: InlineSource): Promise<void> {
    const file = { name, content: inlineContent(content), attributes: this.#inlineAttributes() };
    await this.#addFile(file);
  }

  #inlineAttributes() {
    return attributes({ permissions: 0o644, mtime: this.environment.now });
  }

  async #addDownload(source: HttpSource): Promise<void> {
    const download = await this.environment.fetches.download(source);
    if (source.unpack && (await isArchive(download.content))) return this.#extract(download.content);
    await this.#addFile({ name: source.filename, ...download });
  }

  /** Copies one file that is in no source root yet. */
  async #addFile(file: {
    name: string;
    content: Content;
    attributes: ReturnType<typeof attributes>;
  }): Promise<void> {
    const holder = new Tree();
    holder.create(`/${file.name}`, { kind: 'file', content: file.content, ...file.attributes });
    this.#copier.prepare(this.step.dest);
    await this.#copier.copy(new TreeSource(file.name, holder), `/${file.name}`, this.step.dest);
  }

  async #addRepository(source: GitSource): Promise<void> {
    const holder = await this.environment.fetches.repository(source);
    this.#copier.prepare(this.step.dest);
    const root = new TreeSource(source.remote, holder);
    await this.#copier.copy(root, '/', this.step.dest, copySelection(this.step, undefined));
  }

  /** Extracts an archive into the destination, which is always a directory. `--chmod` does not apply. */
  async #extract(content: Content): Promise<void> {
    const { owner } = this.changes;
    this.#copier.makeDirectories(this.step.dest);
    const { path } = this.tree.resolve(this.step.dest, { follow: true, operation: 'extract to' });
    const isPlain = owner === undefined;
    const target = isPlain ? this.tree : new Tree();
    const options = { spool: this.environment.spool, whiteouts: false, directory: isPlain ? path : '/' };
    const { signal } = this.environment;
    await applyLayer(
      target,
      decompressAny(content.chunks()),
      signal === undefined ? options : { ...options, signal },
    );
    if (owner !== undefined) overlay(target, this.tree, path, owner);
  }
}

/** Lays what was extracted over a directory of the tree, all owned by `owner`. */
function overlay(extracted: Tree, tree: Tree, path: string, owner: Ids): void {
  try {
    copySubtree(extracted, '/', tree, path, {
      replace: true,
      attributes: (_, inode) => ({ ...attributesOf(inode), ...owner }),
    });
  } catch (cause) {
    throw new CopyConflictError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
