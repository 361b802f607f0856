import type { BuildStep, HistoryEntry, ResolvedBuild, ResolvedStage } from '@boxer/dockerfile';
import {
  applyLayer,
  attributes,
  diffTrees,
  type LayerChange,
  selfContainedLinks,
  type Spool,
  type Timestamp,
  Tree,
  writeLayerTar,
} from '@boxer/fsimage';
import type { Digest } from '@boxer/foundation';
import type { SourceOpener } from '../bases/source-opener.ts';
import { changeDigest } from '../cache/change-digest.ts';
import type { StepCache, StepRecord } from '../cache/step-cache.ts';
import { stepKey } from '../cache/step-key.ts';
import { executeCopy } from '../copy/execute-copy.ts';
import { atStep } from '../errors/step-error.ts';
import type { GitRepositories } from '../git/git-repositories.ts';
import type { Job, Progress } from '../progress/progress.ts';
import type { RunExecutor } from '../run/run-executor.ts';
import { resolveOwner } from '../users/users.ts';
import { makeDirectory } from './make-directory.ts';
import type { StageResult, StageState } from './stage-result.ts';
import { stageTitle, stepTitle } from './titles.ts';

/** What stages are executed with. */
export interface ExecutionEnvironment {
  readonly build: ResolvedBuild;
  /** Name of the Dockerfile in messages. */
  readonly file: string;
  readonly sources: SourceOpener;
  readonly cache: StepCache;
  readonly spool: Spool;
  readonly git: GitRepositories;
  readonly run: RunExecutor;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Executes the stages of a build in order. */
export class StageExecutor {
  readonly #environment: ExecutionEnvironment;
  readonly #results = new Map<number, StageResult>();

  constructor(environment: ExecutionEnvironment) {
    this.#environment = environment;
  }

  /** @returns the stage that the build is about */
  async execute(): Promise<StageResult> {
    const { build, sources } = this.#environment;
    for (const stage of build.stages) {
      const result = await this.#executeStage(stage);
      this.#results.set(stage.index, result);
      sources.addStage(stage.index, stage.name, result);
    }
    const target = this.#results.get(build.target.index);
    if (target === undefined) throw new TypeError('The plan does not contain its target');
    return target;
  }

  async #executeStage(stage: ResolvedStage): Promise<StageResult> {
    let state = await this.#start(stage);
    const layered = stage.steps.filter(makesLayer);
    for (const step of stage.steps) {
      this.#environment.signal?.throwIfAborted();
      const title = stepTitle(this.#environment.build, stage, step, layered);
      state = await atStep({ file: this.#environment.file, range: step.range }, () =>
        this.#step(state, step, title),
      );
    }
    return { ...state, image: stage.image };
  }

  async #start(stage: ResolvedStage): Promise<StageState> {
    const { base } = stage;
    switch (base.kind) {
      case 'scratch':
        return { tree: new Tree(), key: stepKey('scratch'), layers: [], history: [], createdAt: undefined };
      case 'stage': {
        const result = this.#results.get(base.index);
        if (result === undefined) throw new TypeError(`Stage ${stage.index} is executed before its base`);
        return result;
      }
      case 'image':
      case 'named-context': {
        const { progress, sources } = this.#environment;
        return progress.job(stageTitle(this.#environment.build, stage), () => sources.baseState(base));
      }
    }
  }

  /** Executes a step, or finds out that its outcome is known. */
  async #step(before: StageState, step: BuildStep, title: string): Promise<StageState> {
    if (!makesLayer(step)) return this.#configStep(before, step);
    return this.#environment.progress.job(title, (job) =>
      step.kind === 'run' ? this.#runStep(before, step, job) : this.#filesStep(before, step, job),
    );
  }

  async #configStep(before: StageState, step: BuildStep): Promise<StageState> {
    if (step.history === undefined) return before;
    const key = stepKey(before.key, 'config', step.history.created_by);
    const { createdAt } = await this.#recorded(key);
    return { ...before, key, createdAt, history: [...before.history, datedEntry(step.history, createdAt)] };
  }

  /** COPY, ADD, WORKDIR: cheap to repeat, since contents are copied by reference. Only the time is remembered. */
  async #filesStep(before: StageState, step: BuildStep, job: Job): Promise<StageState> {
    const execute = async (at: number) => {
      const tree = before.tree.clone();
      await this.#changeFiles(tree, step, { seconds: at, nanoseconds: 0 }, job);
      const changes = await diffTrees(before.tree, tree);
      return {
        tree,
        changes,
        key: stepKey(before.key, step.history?.created_by, await changeDigest(tree, changes)),
      };
    };
    const now = this.#now();
    let outcome = await execute(now);
    const known = await this.#environment.cache.find(outcome.key);
    const createdAt = this.#environment.build.epoch ?? known?.createdAt ?? now;
    if (known !== undefined) {
      job.cached();
      if (createdAt !== now) outcome = await execute(createdAt);
    } else {
      await this.#environment.cache.store(outcome.key, { createdAt });
    }
    return this.#after(before, step, { ...outcome, createdAt });
  }

  async #changeFiles(tree: Tree, step: BuildStep, now: Timestamp, job: Job): Promise<void> {
    const { sources, spool, git, signal } = this.#environment;
    if (step.kind === 'copy') {
      const source = sources.open.bind(sources);
      await executeCopy(step, tree, { source, spool, git, now, job, signal });
    } else if (step.kind === 'workdir') {
      const owner =
        step.owner === undefined ? {} : await resolveOwner(tree, step.owner.user, step.owner.group);
      makeDirectory(tree, step.path, attributes({ permissions: 0o755, mtime: now, ...owner }));
    }
  }

  async #runStep(
    before: StageState,
    step: Extract<BuildStep, { kind: 'run' }>,
    job: Job,
  ): Promise<StageState> {
    const { cache, run } = this.#environment;
    const key = stepKey(before.key, 'run', await run.inputs(step));
    const known = await cache.find(key);
    if (known?.layer !== undefined) {
      job.cached();
      const tree = before.tree.clone();
      await this.#applyStored(tree, known.layer);
      const changes = await diffTrees(before.tree, tree);
      return this.#after(before, step, {
        tree,
        changes,
        key,
        createdAt: this.#environment.build.epoch ?? known.createdAt,
      });
    }
    const tree = await run.execute(step, before.tree, job);
    const changes = await diffTrees(before.tree, tree);
    const createdAt = this.#now();
    const { digest } = await cache.storeLayer(writeLayerTar(tree, changes));
    await cache.store(key, { createdAt, layer: digest });
    return this.#after(before, step, { tree, changes, key, createdAt });
  }

  async #applyStored(tree: Tree, layer: Digest): Promise<void> {
    const { cache, spool, signal } = this.#environment;
    await applyLayer(tree, cache.readLayer(layer), signal === undefined ? { spool } : { spool, signal });
  }

  #after(
    before: StageState,
    step: BuildStep,
    outcome: { tree: Tree; changes: readonly LayerChange[]; key: Digest; createdAt: number },
  ): StageState {
    const { tree, changes, key, createdAt } = outcome;
    const layer = {
      kind: 'built',
      tree,
      changes: selfContainedLinks(changes),
      createdBy: step.history?.created_by,
    } as const;
    const entry = step.history === undefined ? [] : [datedEntry(step.history, createdAt)];
    return {
      tree,
      key,
      createdAt,
      layers: [...before.layers, layer],
      history: [...before.history, ...entry],
    };
  }

  /** The record of a step that does nothing but be noted. */
  async #recorded(key: Digest): Promise<StepRecord> {
    const { cache, build } = this.#environment;
    if (build.epoch !== undefined) return { createdAt: build.epoch };
    const known = await cache.find(key);
    if (known !== undefined) return known;
    const record = { createdAt: this.#now() };
    await cache.store(key, record);
    return record;
  }

  #now(): number {
    return this.#environment.build.epoch ?? Math.floor(Date.now() / 1000);
  }
}

function makesLayer(step: BuildStep): boolean {
  return step.kind === 'run' || step.kind === 'copy' || (step.kind === 'workdir' && step.createsLayer);
}

function datedEntry(entry: HistoryEntry, createdAt: number): HistoryEntry {
  return { created: isoTime(createdAt), ...entry };
}

/** @returns seconds since 1970 as image configs write times. @source RFC 3339 */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
