import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arm64Root, whyNoArm64 } from './arm64.ts';
import { boxer, boxerOk, type Outcome } from './boxer.ts';
import { debianLayout, debianTar, whyNoDebian } from './debian.ts';

/** Whether everything is to be proved, however long it takes: `pnpm proof`. */
export const everything = process.env['BOXER_PROOF'] === 'all';

/** @returns why programs in a box cannot be compared with the same ones under qemu here, or undefined */
export function whyNoProof(): string | undefined {
  return whyNoDebian('proof') ?? whyNoArm64();
}

const TIMEOUT_MS = 3_600_000;

/** Debian with programs that have tests of their own, in a box and under qemu-aarch64 in a namespace. */
export class Proof {
  readonly #image: string;
  readonly #qemu: Arm64Root;

  /** @param work - directory for both */
  constructor(work: string) {
    const context = join(work, 'context');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), 'FROM debian\nENV LC_ALL=C\nWORKDIR /tmp\n');
    this.#image = join(work, 'proof.wasm');
    const base = debianLayout(join(work, 'layout'), 'proof');
    boxerOk(['build', context, '--build-context', `debian=${base}`, '-o', this.#image], {
      timeoutMs: TIMEOUT_MS,
      env: { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') },
    });
    this.#qemu = new Arm64Root(join(work, 'root'), debianTar('proof'));
  }

  /** Runs a script of bash in a box. */
  inBox(script: string, variables: readonly string[] = []): Outcome {
    const env = variables.flatMap((variable) => ['-e', variable]);
    const flags = ['--memory', '2g', '--tmpfs', '/tmp', ...env];
    return boxer(['run', ...flags, this.#image, 'bash', '-c', script], { timeoutMs: TIMEOUT_MS });
  }

  /** Runs the same under qemu. */
  underQemu(script: string): Outcome {
    return this.#qemu.run(script, { timeoutMs: TIMEOUT_MS });
  }
}
