import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inArm64Namespace, whyNoArm64 } from './arm64.ts';
import { command, type Outcome, root, whyNoCommand } from './boxer.ts';

/** @returns why images cannot be built by buildah here, or undefined */
export function whyNoBuildah(): string | undefined {
  return whyNoCommand('buildah');
}

/** @returns why buildah cannot execute RUN for arm64 here, or undefined */
export function whyNoBuildahRun(): string | undefined {
  return whyNoBuildah() ?? whyNoArm64();
}

/** Builds with a store of its own, for arm64. */
export class Buildah {
  readonly #directory: string;
  readonly #canRun: boolean;

  constructor(directory: string, canRun: boolean) {
    this.#directory = directory;
    this.#canRun = canRun;
  }

  /** Makes a layout known by the name of an image. */
  load(layout: string, name: string): void {
    // The name of what is pulled is made of the path, in which it allows no capitals: hence a relative one.
    const source = `oci:${basename(layout)}`;
    const id = this.#ok(['pull', '--quiet', '--arch', 'arm64', source], dirname(layout)).stdout.trim();
    this.#ok(['tag', id, name]);
  }

  /** Builds a context into an OCI archive. Dockerfile.plain says the same for a buildah without heredocs. */
  build(context: string, archive: string): void {
    const plain = join(context, 'Dockerfile.plain');
    const file = existsSync(plain) ? plain : join(context, 'Dockerfile');
    const flags = ['--quiet', '--isolation', 'chroot', '--pull-never', '--platform', 'linux/arm64'];
    const id = this.#ok(['bud', ...flags, '--file', file, context]).stdout.trim();
    this.#ok(['push', '--quiet', id, `oci-archive:${archive}`]);
  }

  #ok(args: readonly string[], cwd = root): Outcome {
    const store = ['--root', join(this.#directory, 'root'), '--runroot', join(this.#directory, 'run')];
    const line = ['buildah', ...store, '--storage-driver', 'vfs', ...args];
    const env = { ...process.env, _CONTAINERS_USERNS_CONFIGURED: '1' };
    const [file = '', ...rest] = line;
    const outcome = this.#canRun ? inArm64Namespace(line, { env, cwd }) : command(file, rest, { env, cwd });
    if (outcome.status !== 0) throw new Error(`${line.join(' ')}: ${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }
}
