import type { FileSource } from '@boxer/dockerfile';
import { type Digest, suggest } from '@boxer/foundation';
import { Tree } from '@boxer/fsimage';
import { stepKey } from '../cache/step-key.ts';
import { ImageResolutionError } from '../errors/base-error.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { TreeSource } from '../context/tree-source.ts';
import type { StageResult, StageState } from '../stages/stage-result.ts';
import type { BaseOpener, ExternalSource } from './base-opener.ts';

/** What a stage begins with. */
export type OpenedBase =
  | { readonly kind: 'image'; readonly state: StageState }
  | { readonly kind: 'files'; readonly root: SourceRoot };

/** The places that stages start from and files come from. */
export class SourceOpener {
  readonly #context: SourceRoot;
  readonly #bases: Pick<BaseOpener, 'open'>;
  readonly #stageNames: readonly string[];
  readonly #stages = new Map<number, { name: string; result: Promise<StageResult> }>();
  readonly #roots = new Map<string, Promise<SourceRoot>>();

  /** @param stageNames - of all stages: one of them may be meant where an image is not found */
  constructor(context: SourceRoot, bases: Pick<BaseOpener, 'open'>, stageNames: readonly string[]) {
    this.#context = context;
    this.#bases = bases;
    this.#stageNames = stageNames;
  }

  addStage(index: number, name: string, result: Promise<StageResult>): void {
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
        const { tree, key } = await stage.result;
        return new TreeSource(stage.name, tree, key);
      }
      case 'image':
      case 'named-context':
        return this.#openExternal(from);
    }
  }

  /** What a stage begins with: the state of an image, or the files of a directory. */
  async openBase(base: ExternalSource): Promise<OpenedBase> {
    const opened = await this.#bases.open(base);
    if (opened.kind === 'files') return opened;
    const layers = opened.layers.map((layer) => ({ kind: 'base', layer }) as const);
    const state: StageState = {
      tree: () => opened.tree(),
      key: imageKey(opened),
      layers,
      history: opened.config.history ?? [],
      createdAt: secondsOf(opened.config.created),
    };
    return { kind: 'image', state };
  }

  #openExternal(from: ExternalSource): Promise<SourceRoot> {
    const key = JSON.stringify(from);
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const root = this.#bases
      .open(from)
      .then((base) =>
        base.kind === 'files'
          ? base.root
          : new TreeSource(externalName(from), () => base.tree(), imageKey(base)),
      )
      .catch((error: unknown) => {
        throw this.#withStageMeant(error);
      });
    this.#roots.set(key, root);
    return root;
  }

  /** A misspelt stage is an image that is not found. */
  #withStageMeant(error: unknown): unknown {
    if (!(error instanceof ImageResolutionError)) return error;
    const name = /^docker\.io\/library\/([^:@/]+):latest$/.exec(error.reference)?.[1] ?? '';
    const stage = suggest(name, this.#stageNames, false);
    if (stage === undefined) return error;
    const hint = `There is no stage ${name}, so that it names an image; did you mean ${stage}?`;
    return new ImageResolutionError(error.reference, error.cause, hint);
  }
}

function imageKey({ key }: { readonly key: string }): Digest {
  return stepKey('image', key);
}

function externalName(from: ExternalSource): string {
  return from.kind === 'image' ? from.reference : from.name;
}

function secondsOf(created: string | undefined): number | undefined {
  const milliseconds = Date.parse(created ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
