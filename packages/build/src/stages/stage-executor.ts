import { availableParallelism } from 'node:os';
import type { BuildStep, CopyStep, ResolvedBuild, ResolvedStage } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import { attributes, Spool, type Timestamp, Tree } from '@boxer/fsimage';
import type { SourceOpener } from '../bases/source-opener.ts';
import type { LayerStore } from '../cache/layer-store.ts';
import type { StepCache } from '../cache/step-cache.ts';
import { stepKey } from '../cache/step-key.ts';
import { collectFiles, filesDigest } from '../context/collect-files.ts';
import { copyInputs } from '../copy/copy-inputs.ts';
import { executeCopy } from '../copy/execute-copy.ts';
import { Fetches } from '../copy/fetches.ts';
import { BuildCanceledError } from '../errors/build-canceled-error.ts';
import { atStep } from '../errors/step-error.ts';
import type { GitRepositories } from '../git/git-repositories.ts';
import type { Job, Progress } from '../progress/progress.ts';
import type { RunExecutor } from '../run/run-executor.ts';
import { resolveOwner } from '../users/users.ts';
import { makeDirectory } from './make-directory.ts';
import { Slots } from './slots.ts';
import type { StageResult, StageState } from './stage-result.ts';
import { stagesReadBy } from './stages-read-by.ts';
import { datedEntry, type LayerStep, makesLayer, StepLayers } from './step-layers.ts';
import { stageTitle, stepTitle } from './titles.ts';

/** What stages are executed with. */
export interface ExecutionEnvironment {
  readonly build: ResolvedBuild;
  /** Name of the Dockerfile in messages. */
  readonly file: string;
  readonly sources: SourceOpener;
  readonly cache: StepCache;
  readonly layers: LayerStore;
  /** Whether what is known of the steps of a stage may be used. */
  readonly reads: (stage: ResolvedStage) => boolean;
  readonly temporaryDirectory: string;
  readonly git: GitRepositories;
  readonly run: RunExecutor;
  readonly progress: Progress;
  /** Ends the other stages when one has failed, and is aborted when the build is to end. */
  readonly cancel: AbortController;
}

/**
 * Executes the stages of a build. A stage waits for another one only where it needs it: for its base, and before a step
 * that reads its files. As many steps as there are processors are executed at a time.
 */
export class StageExecutor {
  readonly #environment: ExecutionEnvironment;
  readonly #results = new Map<number, Promise<StageResult>>();
  readonly #steps: StepLayers;
  readonly #slots = new Slots(availableParallelism());

  constructor(environment: ExecutionEnvironment) {
    this.#environment = environment;
    const { cache, layers, cancel } = environment;
    this.#steps = new StepLayers(cache, layers, cancel.signal);
  }

  /**
   * @returns the stage that the build is about
   * @throws the error of the stage that failed first, when all others have ended
   */
  async execute(): Promise<StageResult> {
    const { build, sources, cancel } = this.#environment;
    let failure: { error: unknown } | undefined;
    for (const stage of build.stages) {
      const result = this.#executeStage(stage);
      result.catch((error: unknown) => {
        failure ??= { error };
        cancel.abort(new BuildCanceledError());
      });
      this.#results.set(stage.index, result);
      sources.addStage(stage.index, stage.name, result);
    }
    await Promise.allSettled(this.#results.values());
    if (failure !== undefined) throw failure.error;
    return this.#stage(build.target.index);
  }

  async #executeStage(stage: ResolvedStage): Promise<StageResult> {
    const { build, file, cancel } = this.#environment;
    let state = await this.#start(stage);
    const layered = stage.steps.filter(makesLayer);
    for (const step of stage.steps) {
      cancel.signal.throwIfAborted();
      const title = stepTitle(build, stage, step, layered);
      state = await atStep({ file, range: step.range }, () => this.#step(stage, state, step, title));
    }
    return { ...state, image: stage.image };
  }

  #stage(index: number): Promise<StageResult> {
    const result = this.#results.get(index);
    if (result === undefined) throw new TypeError(`Stage ${index} is needed before it is planned`);
    return result;
  }

  async #start(stage: ResolvedStage): Promise<StageState> {
    const { base } = stage;
    switch (base.kind) {
      case 'scratch':
        return emptyState();
      case 'stage':
        return this.#stage(base.index);
      case 'image':
      case 'named-context': {
        const { build, progress, sources } = this.#environment;
        return progress.job(stageTitle(build, stage), async (job) => {
          const opened = await sources.openBase(base);
          return opened.kind === 'image' ? opened.state : this.#files(stage, opened.root, job);
        });
      }
    }
  }

  /** A directory as a base is a layer over nothing. */
  async #files(
    stage: ResolvedStage,
    root: Parameters<typeof collectFiles>[0],
    job: Job,
  ): Promise<StageState> {
    const { tree } = await collectFiles(root, '/');
    const key = stepKey('files', await filesDigest(tree));
    const step = { key, history: undefined, execute: () => Promise.resolve(tree), ...this.#when(stage) };
    const state = await this.#steps.run(emptyState(), step, job);
    return { ...state, createdAt: undefined };
  }

  /** Executes a step, or finds out that its outcome is known. */
  async #step(stage: ResolvedStage, before: StageState, step: BuildStep, title: string): Promise<StageState> {
    if (!makesLayer(step)) return this.#configStep(stage, before, step);
    // Not while holding a slot: those stages need slots themselves.
    await Promise.all(stagesReadBy(step).map((index) => this.#stage(index)));
    return this.#slots.use(() => {
      this.#environment.cancel.signal.throwIfAborted();
      return this.#environment.progress.job(title, async (job) => {
        await using spool = await Spool.create(this.#environment.temporaryDirectory);
        // Awaited here: the spool is needed until then.
        return await this.#steps.run(before, await this.#layerStep(stage, before, step, { job, spool }), job);
      });
    });
  }

  async #configStep(stage: ResolvedStage, before: StageState, step: BuildStep): Promise<StageState> {
    if (step.history === undefined) return before;
    const key = stepKey(before.key, 'config', step.history.created_by);
    const when = this.#when(stage);
    const createdAt = when.epoch ?? (await this.#steps.timeOf(key, when));
    // The files are the same, and so is the key: what later steps take from the config, theirs say.
    return { ...before, createdAt, history: [...before.history, datedEntry(step.history, createdAt)] };
  }

  async #layerStep(
    stage: ResolvedStage,
    before: StageState,
    step: Exclude<BuildStep, { kind: 'config' }>,
    working: { readonly job: Job; readonly spool: Spool },
  ): Promise<LayerStep> {
    const when = this.#when(stage);
    const common = { ...when, history: step.history };
    const now: Timestamp = { seconds: when.now, nanoseconds: 0 };
    // Directories that are made carry the epoch where one is given.
    const epoch = when.epoch ?? null;
    switch (step.kind) {
      case 'run': {
        const { run } = this.#environment;
        const key = stepKey(before.key, 'run', await run.inputs(step));
        const execute = async () => run.execute(step, await before.tree(), working);
        return { ...common, key, execute };
      }
      case 'copy':
        return { ...common, ...(await this.#copy(before, step, now, working, epoch)) };
      case 'workdir': {
        const key = stepKey(before.key, 'workdir', step.path, step.owner ?? null, epoch);
        const execute = async () => {
          const tree = (await before.tree()).clone();
          const { owner } = step;
          const ids = owner === undefined ? {} : await resolveOwner(tree, owner.user, owner.group);
          makeDirectory(tree, step.path, attributes({ permissions: 0o755, mtime: now, ...ids }));
          return tree;
        };
        return { ...common, key, execute };
      }
    }
  }

  async #copy(
    before: StageState,
    step: CopyStep,
    now: Timestamp,
    { job, spool }: { readonly job: Job; readonly spool: Spool },
    epoch: number | null,
  ): Promise<Pick<LayerStep, 'key' | 'execute'>> {
    const { sources, git, cancel, cache } = this.#environment;
    const { signal } = cancel;
    const fetches = new Fetches({ spool, git, job, signal });
    const environment = { source: sources.open.bind(sources), fetches, spool, now, signal };
    const key: Digest = stepKey(before.key, 'copy', await copyInputs(step, environment, cache), epoch);
    const execute = async () => {
      const tree = (await before.tree()).clone();
      await executeCopy(step, tree, environment);
      return tree;
    };
    return { key, execute };
  }

  #when(stage: ResolvedStage): Pick<LayerStep, 'reads' | 'now' | 'epoch'> {
    const { build, reads } = this.#environment;
    const { epoch } = build;
    return { reads: reads(stage), now: epoch ?? Math.floor(Date.now() / 1000), epoch };
  }
}

function emptyState(): StageState {
  const tree = new Tree();
  return {
    tree: () => Promise.resolve(tree),
    key: stepKey('scratch'),
    layers: [],
    history: [],
    createdAt: undefined,
  };
}
