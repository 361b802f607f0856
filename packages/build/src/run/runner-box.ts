import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootConfiguration, bootEntries, writeComponent } from '@boxer/component';
import { writePayload } from '@boxer/fsimage';
import type { Policy } from '@boxer/policy';
import { type RunResult, runBox } from '@boxer/runner';
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
  /** Takes the payload, the component and the change stream of one command at a time. */
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
    const componentPath = `${stem}.wasm`;
    await this.#writeComponent(request, stem, componentPath);
    const changesPath = `${stem}.changes`;
    const changes = await open(changesPath, 'wx', 0o600);
    try {
      const result = await runBox({
        componentPath,
        policy: {
          ...policy,
          tmpfs: [...request.tmpfs],
          filesystem: await writeScripts(request.scripts, stem),
        },
        stdout: (chunk) => request.onOutput('stdout', chunk),
        stderr: (chunk) => request.onOutput('stderr', chunk),
        hostEnvironment: {},
        exportChanges: changes.fd,
        ...(signal === undefined ? {} : { signal }),
      });
      return outcomeOf(result, policy, changesPath);
    } finally {
      await changes.close();
      await rm(componentPath, { force: true });
    }
  }

  async #writeComponent(request: BoxRequest, stem: string, componentPath: string): Promise<void> {
    const { signal } = this.#options;
    const payloadFile = `${stem}.payload`;
    const boot: BootConfiguration = {
      entrypoint: request.argv,
      env: request.env,
      cwd: request.cwd,
      hostname: request.hostname,
      umask: '0022',
      exactEnv: '1',
      lastPid: RUNTIME_LAST_PID,
      readonlyPath: request.readonlyPaths,
      ...(request.user === undefined ? {} : { user: request.user }),
    };
    const { skeleton, processModule, supportModule } = await loadEngine();
    try {
      const entries = bootEntries(boot);
      // Read once and deleted: deflating it would take longer than most commands.
      const options = { compression: 'none', ...(signal === undefined ? {} : { signal }) } as const;
      await writePayload(request.tree, entries, payloadFile, options);
      const metadata = { imageConfig: {}, boot };
      await writeComponent({ skeleton, processModule, supportModule, payloadFile, metadata }, componentPath);
    } finally {
      await rm(payloadFile, { force: true });
    }
  }
}

/** Writes scripts into directories that are mounted: boxes have file systems of their own on /dev. */
async function writeScripts(scripts: readonly BoxScript[], stem: string): Promise<Policy['filesystem']> {
  const mounts = new Map<string, string>();
  for (const { directory, name, content, mode } of scripts) {
    const host = mounts.get(directory) ?? `${stem}.scripts-${mounts.size}`;
    mounts.set(directory, host);
    await mkdir(host, { recursive: true });
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
