import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AotMode, BuildOptions, SshSource } from '@boxer/build';
import { cacheMaxBytes } from '../cache/cache-size.ts';
import { UsageError } from '../errors/usage-error.ts';
import type { ProgressKind } from '../progress/create-progress.ts';
import { parseCacheFrom, parseCacheTo } from './parse-cache.ts';
import { parseOutput } from './parse-output.ts';
import { parseSecret } from './parse-secret.ts';
import { parseSsh } from './parse-ssh.ts';

/** The flags of `boxer build`, as written. */
export interface BuildFlags {
  readonly file?: string | undefined;
  readonly output: string;
  readonly 'build-arg'?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly 'build-context'?: readonly string[] | undefined;
  readonly secret?: readonly string[] | undefined;
  readonly ssh?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly platform?: string | undefined;
  readonly 'no-cache': boolean;
  readonly 'no-cache-filter'?: readonly string[] | undefined;
  readonly 'cache-from'?: readonly string[] | undefined;
  readonly 'cache-to'?: readonly string[] | undefined;
  readonly 'cache-max-size'?: string | undefined;
  readonly check: boolean;
  readonly progress: ProgressKind;
  readonly policy?: string | undefined;
  readonly aot?: AotMode | undefined;
  readonly train?: readonly string[] | undefined;
}

/** What `boxer build` is to do. */
export interface BuildRequest {
  readonly options: BuildOptions;
  readonly progress: ProgressKind;
  /** Only look for mistakes. */
  readonly check: boolean;
}

const fail = (why: string) => new UsageError('build', why);

/**
 * Turns flags into options of the builder.
 *
 * @throws {@link UsageError}
 */
export async function buildRequest(context: string, flags: BuildFlags): Promise<BuildRequest> {
  const ssh = (flags.ssh ?? []).map(parseSsh);
  const { isRemoteContext } = await import('@boxer/build');
  const where = whereFilesAre(context, flags.file, isRemoteContext);
  return {
    options: {
      ...where,
      output: parseOutput(flags.output),
      target: flags.target,
      buildArgs: { ...epochOfEnvironment(), ...buildArguments(flags['build-arg'] ?? []) },
      labels: Object.fromEntries((flags.label ?? []).map((label) => splitPair(label))),
      buildContexts: Object.fromEntries(
        (flags['build-context'] ?? []).map((text) => requirePair('--build-context', text, 'NAME=SRC')),
      ),
      secrets: Object.fromEntries((flags.secret ?? []).map(parseSecret)),
      ssh: uniqueAgents(ssh.length === 0 && isSshContext(where) ? [['default', { paths: [] }]] : ssh),
      platform: flags.platform,
      noCache: flags['no-cache'],
      noCacheFilter: (flags['no-cache-filter'] ?? []).flatMap((names) => names.split(',')),
      cacheFrom: (flags['cache-from'] ?? []).map(parseCacheFrom),
      cacheTo: (flags['cache-to'] ?? []).map(parseCacheTo),
      cacheMaxBytes: cacheMaxBytes(flags['cache-max-size']),
      policyPath: flags.policy,
      aot: { mode: flags.aot ?? (flags.train?.length ? 'profile' : 'none'), train: flags.train ?? [] },
    },
    progress: flags.progress,
    check: flags.check,
  };
}

type Where = Pick<BuildOptions, 'contextDirectory' | 'remoteContext' | 'dockerfilePath' | 'dockerfileText'>;

/**
 * Tells directories, streams and URLs apart. A context that is a file is the Dockerfile, in its directory:
 * `boxer build ./Dockerfile`.
 *
 * @source docker/buildx build/opt.go (loadInputs: order and texts)
 */
function whereFilesAre(
  context: string,
  file: string | undefined,
  isRemote: (text: string) => boolean,
): Where {
  if (context === '-') {
    if (file === '-') throw fail("invalid argument: can't use stdin for both build context and dockerfile");
    return { remoteContext: { kind: 'stream', chunks: process.stdin }, dockerfilePath: file };
  }
  const stats = statSync(context, { throwIfNoEntry: false });
  const dockerfile = file === '-' ? { dockerfileText: readStandardInput() } : { dockerfilePath: file };
  if (stats?.isDirectory() !== true && isRemote(context)) {
    return { remoteContext: { kind: 'url', url: context }, ...dockerfile };
  }
  if (file === undefined && stats?.isFile() === true) {
    return { contextDirectory: dirname(context), dockerfilePath: context };
  }
  return { contextDirectory: context, ...dockerfile };
}

function readStandardInput(): string {
  return readFileSync(0, 'utf8');
}

/** As docker buildx does, a repository reached through ssh is asked for with the user's agent. */
function isSshContext({ remoteContext }: Where): boolean {
  return remoteContext?.kind === 'url' && /^(?:ssh:|[\w-]+@[\w.-]+:)/.test(remoteContext.url);
}

function uniqueAgents(agents: readonly [id: string, source: SshSource][]): Record<string, SshSource> {
  const byId = new Map<string, SshSource>();
  for (const [id, source] of agents) {
    if (byId.has(id)) throw fail(`duplicate agent ID ${JSON.stringify(id)} for --ssh`);
    byId.set(id, source);
  }
  return Object.fromEntries(byId);
}

/** As in Docker, an argument without a value takes the variable of that name, and is left out when there is none. */
function buildArguments(texts: readonly string[]): Record<string, string> {
  const pairs = texts.flatMap((text): [string, string][] => {
    if (text === '' || text.startsWith('='))
      throw fail(`invalid value ${JSON.stringify(text)} for --build-arg: write K=V or K`);
    if (text.includes('=')) return [splitPair(text)];
    const value = process.env[text];
    return value === undefined ? [] : [[text, value]];
  });
  return Object.fromEntries(pairs);
}

/** As docker buildx does, the variable of this name becomes a build argument. @source reproducible-builds.org */
function epochOfEnvironment(): Record<string, string> {
  const value = process.env['SOURCE_DATE_EPOCH'];
  return value === undefined || value === '' ? {} : { SOURCE_DATE_EPOCH: value };
}

function splitPair(text: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function requirePair(flag: string, text: string, form: string): [key: string, value: string] {
  const [key, value] = splitPair(text);
  if (key === '' || value === '')
    throw fail(`invalid value ${JSON.stringify(text)} for ${flag}: write ${form}`);
  return [key, value];
}
