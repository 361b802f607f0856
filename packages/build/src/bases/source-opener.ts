import type { FileSource } from '@boxer/dockerfile';
import { diffTrees, Tree } from '@boxer/fsimage';
import { changeDigest } from '../cache/change-digest.ts';
import { stepKey } from '../cache/step-key.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { TreeSource } from '../context/tree-source.ts';
import { Copier } from '../copy/copier.ts';
import type { StageResult, StageState } from '../stages/stage-result.ts';
import type { BaseOpener, ExternalSource } from './base-opener.ts';

/** The places that stages start from and files come from. */
export class SourceOpener {
  readonly #context: SourceRoot;
  readonly #bases: BaseOpener;
  readonly #stages = new Map<number, { name: string; result: StageResult }>();
  readonly #roots = new Map<string, Promise<SourceRoot>>();

  constructor(context: SourceRoot, bases: BaseOpener) {
    this.#context = context;
    this.#bases = bases;
  }

  addStage(index: number, name: string, result: StageResult): void {
    this.#stages.set(index, { name, result });
  }

  /** Opens a place that files come from. */
  async open(from: FileSource): Promise<SourceRoot> {
    switch (from.kind) {
      case 'context':
        return this.#context;
      case 'scratch':
        return new TreeSource('scratch', new Tree());
      case 'stage': {
        const stage = this.#stages.get(from.index);
        if (stage === undefined) throw new TypeError(`Stage ${from.index} is read before it is executed`);
        return new TreeSource(stage.name, stage.result.tree);
      }
      case 'image':
      case 'named-context':
        return this.#openExternal(from);
    }
  }

  /** The state a stage begins with. */
  async baseState(base: ExternalSource): Promise<StageState> {
    const opened = await this.#bases.open(base);
    if (opened.kind === 'image') {
      const createdAt = secondsOf(opened.config.created);
      const layers = opened.layers.map((layer) => ({ kind: 'base', layer }) as const);
      const history = opened.config.history ?? [];
      return { tree: await opened.tree(), key: stepKey('image', opened.key), layers, history, createdAt };
    }
    const tree = new Tree();
    const now = { seconds: 0, nanoseconds: 0 };
    const copier = new Copier(tree, {
      owner: undefined,
      mode: undefined,
      madeDirectoryPermissions: 0o755,
      now,
    });
    await copier.copy(opened.root, '/', '/');
    const changes = await diffTrees(new Tree(), tree);
    const layers = [{ kind: 'built', tree, changes, createdBy: undefined } as const];
    return {
      tree,
      key: stepKey('files', await changeDigest(tree, changes)),
      layers,
      history: [],
      createdAt: undefined,
    };
  }

  #openExternal(from: ExternalSource): Promise<SourceRoot> {
    const key = JSON.stringify(from);
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const root = this.#bases
      .open(from)
      .then(async (base) =>
        base.kind === 'files' ? base.root : new TreeSource(externalName(from), await base.tree()),
      );
    this.#roots.set(key, root);
    return root;
  }
}

function externalName(from: ExternalSource): string {
  return from.kind === 'image' ? from.reference : from.name;
}

function secondsOf(created: string | undefined): number | undefined {
  const milliseconds = Date.parse(created ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
