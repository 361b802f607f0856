import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { whyNoCommand } from '@boxer/foundation/testing';

const compiler = 'aarch64-linux-gnu-gcc';
const emulator = 'qemu-aarch64-static';

/** @returns why programs of our own cannot be made and compared here, or undefined when they can */
export function whyNoPrograms(): string | undefined {
  return whyNoCommand(compiler, emulator, 'cc');
}

let folder: string | undefined;

/** Compiles a C file of fixtures/ into a static program. @returns path of the executable */
export function compileProgram(source: string, flags: readonly string[] = []): string {
  folder ??= mkdtempSync(path.join(os.tmpdir(), 'boxer-kernel-'));
  mkdirSync(folder, { recursive: true });
  const program = path.join(folder, path.basename(source, '.c'));
  execFileSync(compiler, ['-static', '-O1', '-Wall', '-o', program, source, '-lpthread', ...flags]);
  return program;
}

export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/** What Linux, as qemu-user shows it, makes of a program. */
export function runUnderQemu(
  program: string,
  args: readonly string[],
  stdin: string,
  cpu = 'cortex-a57',
): ProgramResult {
  const { status, signal, stdout } = spawnSync(emulator, ['-cpu', cpu, program, ...args], {
    input: stdin,
    env: { PATH: '/usr/bin:/bin' },
    timeout: 60_000,
  });
  const exitCode = status ?? 128 + (signal ? os.constants.signals[signal] : 0);
  return { exitCode, stdout: stdout.toString('utf8') };
}

export function readProgram(program: string): Uint8Array {
  return new Uint8Array(readFileSync(program));
}

/** Compiles a C file for this machine. @returns path of the executable */
export function compileNative(source: string): string {
  folder ??= mkdtempSync(path.join(os.tmpdir(), 'boxer-kernel-'));
  const program = path.join(folder, `${path.basename(source, '.c')}-native`);
  execFileSync('cc', ['-O1', '-o', program, source, '-lpthread']);
  return program;
}

/** What this machine's Linux makes of a program. */
export function runNative(program: string, args: readonly string[]): ProgramResult {
  const { status, stdout } = spawnSync(program, args, { env: { PATH: '/usr/bin:/bin' }, timeout: 60_000 });
  return { exitCode: status ?? -1, stdout: stdout.toString('utf8') };
}
