import type { BindMount, CacheMount, RunMount, RunStep } from '@boxer/dockerfile';
import { attributes, inlineContent, type Spool, type Tree } from '@boxer/fsimage';
import type { Digest } from '@boxer/foundation';
import type { SourceOpener } from '../bases/source-opener.ts';
import type { StepCache } from '../cache/step-cache.ts';
import { stepKey } from '../cache/step-key.ts';
import { type CollectedFiles, collectFiles, filesDigest } from '../context/collect-files.ts';
import { RunFailedError, RunLimitError, SecretMissingError } from '../errors/run-errors.ts';
import { makeDirectory } from '../stages/make-directory.ts';
import { checkRunUser } from '../users/run-user.ts';
import { findUser } from '../users/users.ts';
import { applyChanges } from './apply-changes.ts';
import { askAgent } from './ask-agent.ts';
import type { Box, BoxScript, BoxService, BoxTmpfs } from './box-port.ts';
import type { CacheMounts, OpenCache } from './cache-mounts.ts';
import { MountedTree } from './mounted-tree.ts';
import { OutputTail } from './output-tail.ts';
import type { RunExecutor, RunWorkspace } from './run-executor.ts';
import type { Secrets } from './secrets.ts';
import type { SshAgents } from './ssh-agents.ts';

const HOSTNAME = 'buildkitsandbox';
/** Files that a run has and an image never stores. @source moby/buildkit executor/oci/hosts.go */
const HOSTS = `127.0.0.1\tlocalhost ${HOSTNAME}\n::1\tlocalhost ip6-localhost ip6-loopback\n`;

export interface BoxRunEnvironment {
  readonly box: Box;
  readonly sources: SourceOpener;
  readonly secrets: Secrets;
  readonly agents: SshAgents;
  readonly caches: CacheMounts;
  /** Remembers what bind mounts show of stages and images. */
  readonly cache: StepCache;
  /** SOURCE_DATE_EPOCH: files that a RUN makes are not newer. */
  readonly epoch: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Executes RUN in a box. */
export class BoxRunExecutor implements RunExecutor {
  readonly #environment: BoxRunEnvironment;
  /** What bind mounts show, by where it comes from. */
  readonly #bound = new Map<string, Promise<CollectedFiles>>();

  constructor(environment: BoxRunEnvironment) {
    this.#environment = environment;
  }

  async inputs(step: RunStep): Promise<readonly unknown[]> {
    const { argv, env, workdir, user, network, security } = step;
    const mounts: unknown[] = [];
    for (const mount of step.mounts) {
      // Contents of secrets and caches must not decide whether a step is executed.
      mounts.push(
        mount.kind === 'bind'
          ? ['bind', mount.target, mount.readOnly, await this.#boundDigest(mount)]
          : mount,
      );
    }
    const { box, epoch } = this.#environment;
    const times = epoch === undefined ? [] : [epoch];
    return [argv, env, workdir, user, network, security, mounts, await box.identity(), ...times];
  }

  async execute(step: RunStep, before: Tree, { job, spool }: RunWorkspace): Promise<Tree> {
    const { box, signal } = this.#environment;
    const tree = before.clone();
    makeDirectory(tree, step.workdir, attributes({ permissions: 0o755 }));
    await checkRunUser(tree, step.user, step.argv);
    const mounted = new MountedTree(tree);
    const caches: { cache: OpenCache; target: string }[] = [];
    const env = [...step.env, ...step.proxyEnv, ...(await homeVariable(step, tree))];
    const tmpfs: BoxTmpfs[] = [];
    const readonlyPaths: string[] = [];
    const scripts: BoxScript[] = [];
    const services: BoxService[] = [];
    const tail = new OutputTail();
    try {
      placeText(mounted, '/etc/hosts', HOSTS);
      placeText(mounted, '/etc/resolv.conf', '');
      for (const mount of step.mounts) {
        await this.#mount(mount, mounted, {
          env,
          tmpfs,
          readonlyPaths,
          scripts,
          services,
          caches,
          spool,
          agents: 0,
        });
      }
      const outcome = await box.run({
        tree: mounted.tree,
        argv: step.argv,
        env,
        cwd: step.workdir,
        hostname: HOSTNAME,
        user: step.user,
        tmpfs,
        readonlyPaths,
        scripts,
        services,
        onOutput: (stream, bytes) => {
          const text = tail.push(stream, bytes);
          if (text !== '') job.output(stream, text);
        },
      });
      signal?.throwIfAborted();
      if (outcome.kind === 'limit') throw new RunLimitError(step.argv, outcome.why);
      if (outcome.kind === 'not-started') throw new RunFailedError(step.argv, 1, tail.lines(), false);
      await applyChanges(mounted.tree, outcome.changes, spool, this.#environment.epoch);
      for (const { cache, target } of caches) {
        const content = mounted.extract(target);
        if (content !== undefined) await cache.save(content);
      }
      if (outcome.exitCode !== 0) throw new RunFailedError(step.argv, outcome.exitCode, tail.lines());
      return mounted.unmount();
    } finally {
      for (const { cache } of caches) await cache.release();
    }
  }

  async #mount(mount: RunMount, mounted: MountedTree, into: Extras): Promise<void> {
    switch (mount.kind) {
      case 'bind': {
        const { tree, path } = await this.#bind(mount);
        const at = mounted.placeTree(mount.target, tree, path);
        if (mount.readOnly) into.readonlyPaths.push(at);
        return;
      }
      case 'cache': {
        const cache = await this.#environment.caches.open(mount, into.spool, this.#environment.signal);
        into.caches.push({ cache, target: mount.target });
        await this.#placeCache(mount, cache, mounted);
        return;
      }
      case 'tmpfs':
        mounted.placeDirectory(mount.target, attributes({ permissions: 0o1777 }));
        into.tmpfs.push({ path: mount.target, sizeBytes: mount.sizeBytes });
        return;
      case 'secret':
        return this.#placeSecret(mount, mounted, into.env);
      case 'script': {
        const { target, name, content, mode } = mount;
        into.scripts.push({ directory: target.replace(/\/$/, ''), name, content, mode });
        return;
      }
      case 'ssh':
        return this.#placeAgent(mount, mounted, into);
    }
  }

  async #placeCache(
    mount: Extract<RunMount, { kind: 'cache' }>,
    cache: OpenCache,
    mounted: MountedTree,
  ): Promise<void> {
    const given = attributes({ permissions: mount.mode ?? 0o755, uid: mount.uid ?? 0, gid: mount.gid ?? 0 });
    if (cache.tree !== undefined) {
      mounted.placeTree(mount.target, cache.tree, '/');
    } else if (mount.from.kind === 'scratch') {
      mounted.placeDirectory(mount.target, given);
    } else {
      const { tree, path } = await this.#bind(mount);
      mounted.placeTree(mount.target, tree, path, given);
    }
  }

  async #placeSecret(
    mount: Extract<RunMount, { kind: 'secret' }>,
    mounted: MountedTree,
    env: string[],
  ): Promise<void> {
    const value = await this.#environment.secrets.find(mount.id);
    if (value === undefined) {
      if (mount.required) throw new SecretMissingError(mount.id);
      return;
    }
    if (mount.env !== undefined) env.push(`${mount.env}=${Buffer.from(value).toString('utf8')}`);
    if (mount.target === undefined) return;
    const { mode, uid, gid } = mount;
    mounted.placeFile(mount.target, inlineContent(value), attributes({ permissions: mode, uid, gid }));
  }

  /** SSH_AUTH_SOCK names the first socket, whether or not there is an agent. @source moby/buildkit client/llb/exec.go */
  async #placeAgent(
    mount: Extract<RunMount, { kind: 'ssh' }>,
    mounted: MountedTree,
    into: Extras,
  ): Promise<void> {
    const target = mount.target ?? `/run/buildkit/ssh_agent.${into.agents++}`;
    if (!into.env.some((variable) => variable.startsWith('SSH_AUTH_SOCK='))) {
      into.env.push(`SSH_AUTH_SOCK=${target}`);
    }
    const socket = await this.#environment.agents.socketOf(mount.id, mount.required);
    if (socket === undefined) return;
    const { mode, uid, gid } = mount;
    const path = mounted.placeFile(target, inlineContent(''), attributes({ permissions: mode, uid, gid }));
    into.services.push({ path, mode, uid, gid, answer: (request) => askAgent(socket, request) });
  }

  /** What a stage or image shows is told by its key, so that its files are looked at once. */
  async #boundDigest(mount: BindMount): Promise<Digest> {
    const root = await this.#environment.sources.open(mount.from);
    if (root.key === undefined) return filesDigest((await this.#bind(mount)).tree);
    const { cache } = this.#environment;
    const key = stepKey('bind', root.key, mount.sourcePath);
    const known = await cache.findInputs(key);
    if (known !== undefined) return known;
    const digest = await filesDigest((await this.#bind(mount)).tree);
    await cache.storeInputs(key, digest);
    return digest;
  }

  #bind(mount: BindMount | CacheMount): Promise<CollectedFiles> {
    const key = JSON.stringify([mount.from, mount.sourcePath]);
    const known = this.#bound.get(key);
    if (known !== undefined) return known;
    const files = this.#environment.sources
      .open(mount.from)
      .then((root) => collectFiles(root, mount.sourcePath));
    this.#bound.set(key, files);
    return files;
  }
}

/** What mounts add to a request besides files in the tree. */
interface Extras {
  readonly env: string[];
  readonly tmpfs: BoxTmpfs[];
  readonly readonlyPaths: string[];
  readonly scripts: BoxScript[];
  readonly services: BoxService[];
  /** Sockets without a target so far, of all ids. */
  agents: number;
  readonly caches: { readonly cache: OpenCache; readonly target: string }[];
  readonly spool: Spool;
}

/** HOME is that of the user, unless something sets it. @source moby/buildkit executor/oci (user.GetExecUser) */
async function homeVariable(step: RunStep, tree: Tree): Promise<string[]> {
  if (step.env.some((variable) => variable.startsWith('HOME='))) return [];
  const name = (step.user ?? '').split(':', 1)[0] ?? '';
  const row = await findUser(tree, name === '' ? 0 : /^\d+$/.test(name) ? Number(name) : name);
  const isRoot = name === '' || name === '0' || name === 'root';
  return [`HOME=${row?.home || (isRoot ? '/root' : '/')}`];
}

function placeText(mounted: MountedTree, path: string, text: string): void {
  mounted.placeFile(path, inlineContent(text), attributes({ permissions: 0o644 }));
}
