import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, type CommandOptions, type Outcome, root, whyNoCommand } from './boxer.ts';

/** @returns why arm64 programs cannot be executed by qemu as if they were the host's, or undefined */
export function whyNoArm64(): string | undefined {
  const missing = whyNoCommand('qemu-aarch64-static');
  if (missing !== undefined) return missing;
  return inArm64Namespace(['true']).status === 0
    ? undefined
    : 'no user namespace with binfmt_misc of its own (root and Linux 6.7)';
}

/** Runs a command where Linux executes arm64 programs by qemu-aarch64-static. */
export function inArm64Namespace(line: readonly string[], options: CommandOptions = {}): Outcome {
  return command('sh', [join(root, 'e2e', 'support', 'with-arm64.sh'), ...line], options);
}

/** The file system of a box, unpacked: the same programs under qemu. */
export class Arm64Root {
  readonly directory: string;

  /** @param directory - is made, and filled from the archive */
  constructor(directory: string, tar: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    const { status, stderr } = command('tar', ['-xf', tar, '-C', directory]);
    if (status !== 0) throw new Error(`tar -xf ${tar}: ${stderr}`);
  }

  /** Runs a script of bash in /tmp, with nothing of the host's environment. */
  run(script: string, options: CommandOptions = {}): Outcome {
    const env = { PATH: process.env['PATH'] ?? '' };
    const inside = ['/usr/bin/env', '-i', 'PATH=/usr/bin:/bin', 'LC_ALL=C', 'HOME=/root'];
    const line = ['chroot', this.directory, ...inside, 'bash', '-c', `cd /tmp\n${script}`];
    return inArm64Namespace(line, { env, ...options });
  }
}
