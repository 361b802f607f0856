import { createReadStream } from 'node:fs';
import { chmod, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootConfiguration, bootEntries, writeComponent } from '@boxer/component';
import { makeDirectories } from '@boxer/foundation';
import { composePayload } from '@boxer/fsimage';
import type { Policy } from '@boxer/policy';
import type { RunResult } from '@boxer/runner';
import { RunUnsupportedError } from '../errors/run-errors.ts';
import type { Box, BoxOutcome, BoxRequest, BoxScript } from './box-port.ts';
import { loadEngine } from './engine.ts';

/**
 * Under BuildKit, threads of the container runtime have taken process numbers before the command's first child gets one:
 * it is 6. The golden build run-bgproc shows it.
 */
const RUNTIME_LAST_PID = '5';

export interface RunnerBoxOptions {
  readonly policy: Policy;
  /** Takes components, what mounts add to payloads, and change streams. */
  readonly workDirectory: string;
  readonly signal: AbortSignal | undefined;
}

/** Executes commands with Boxer's own runner: each in a component made for it. */
export class RunnerBox implements Box {
  readonly #options: RunnerBoxOptions;
  #runs = 0;

  constructor(options: RunnerBoxOptions) {
    this.#options = options;
  }

  async identity(): Promise<readonly unknown[]> {
    const { digest } = await loadEngine();
    return [digest, this.#options.policy.memoryMiB];
  }

  async run(request: BoxRequest): Promise<BoxOutcome> {
    const { workDirectory, policy, signal } = this.#options;
    const stem = join(workDirectory, `run-${++this.#runs}`);
    const boot = bootOf(request);
    const componentPath = `${stem}.wasm`;
    const spillPath = `${stem}.data`;
    const changesPath = `${stem}.changes`;
    const { skeleton, processModule, supportModule } = await loadEngine();
    await writeComponent(
      { skeleton, processModule, supportModule, metadata: { imageConfig: {}, boot } },
      componentPath,
      { sync: false },
    );
    // The filesystem stays where its layers are: only what mounts add is written, and not compressed, to be read once.
    await using payload = await composePayload(request.tree, bootEntries(boot), {
      spillPath,
      compression: 'none',
    });
    await using changes = await open(changesPath, 'wx', 0o600);
    // Builds of known steps do without it.
    const { runBox } = await import('@boxer/runner');
    try {
      const result = await runBox({
        componentPath,
        payload: {
          index: payload.index,
          data: payload.data.map(({ file, offset, sizeBytes }) => ({ fd: file.fd, offset, sizeBytes })),
        },
        policy: {
          ...policy,
          filesystem: await writeScripts(request.scripts, stem),
        },
        stdout: (chunk) => request.onOutput('stdout', chunk),
        stderr: (chunk) => request.onOutput('stderr', chunk),
        hostEnvironment: {},
        ...(request.services.length === 0
          ? {}
          : { onRequest: async (service, bytes) => request.services[service]?.answer(bytes) }),
        exportChanges: changes.fd,
        ...(signal === undefined ? {} : { signal }),
      });
      return outcomeOf(result, policy, changesPath);
    } finally {
      await rm(componentPath, { force: true });
      await rm(spillPath, { force: true });
    }
  }
}

function bootOf(request: BoxRequest): BootConfiguration {
  return {
    entrypoint: request.argv,
    env: request.env,
    cwd: request.cwd,
    hostname: request.hostname,
    umask: '0022',
    exactEnv: '1',
    lastPid: RUNTIME_LAST_PID,
    readonlyPath: request.readonlyPaths,
    tmpfs: request.tmpfs.map(({ path, sizeBytes }) =>
      sizeBytes === undefined ? path : `${path}:size=${sizeBytes}`,
    ),
    service: request.services.map(({ path, mode, uid, gid }) => `${path}:${mode.toString(8)}:${uid}:${gid}`),
    ...(request.user === undefined ? {} : { user: request.user }),
  };
}

/** Writes scripts into directories that are mounted: boxes have file systems of their own on /dev. */
async function writeScripts(scripts: readonly BoxScript[], stem: string): Promise<Policy['filesystem']> {
  const mounts = new Map<string, string>();
  for (const { directory, name, content, mode } of scripts) {
    const host = mounts.get(directory) ?? `${stem}.scripts-${mounts.size}`;
    mounts.set(directory, host);
    makeDirectories(host);
    await writeFile(join(host, name), content);
    await chmod(join(host, name), mode);
  }
  return [...mounts].map(([guest, host]) => ({ guest, host, mode: 'ro' }));
}

function outcomeOf(result: RunResult, policy: Policy, changesPath: string): BoxOutcome {
  switch (result.reason) {
    case 'timeout':
      return { kind: 'limit', why: `it ran longer than ${policy.timeoutMs} ms` };
    case 'out-of-fuel':
      return { kind: 'limit', why: `it executed more than ${policy.fuel} instructions` };
    case 'out-of-memory':
      return { kind: 'limit', why: `it used more than ${policy.memoryMiB} MiB of memory` };
    case 'output-limit':
      return { kind: 'limit', why: `it wrote more than ${policy.maxOutputBytes} bytes of output` };
    case 'killed':
      throw new RunUnsupportedError('the box was killed');
    case 'not-started':
      return { kind: 'not-started', exitCode: result.exitCode };
    case 'exited':
    case 'signalled':
      return { kind: 'exited', exitCode: result.exitCode, changes: readAndRemove(changesPath) };
  }
}

async function* readAndRemove(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) yield chunk as Buffer;
  } finally {
    await rm(path, { force: true });
  }
}
