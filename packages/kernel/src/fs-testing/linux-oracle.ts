import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { whyNoCommand } from '@boxer/foundation/testing';
import { packageRoot } from '../build/paths.ts';
import { syscalls } from '../syscalls.table.ts';
import type { CallArgument, TestKernel } from './test-kernel.ts';

const numbers = new Map(syscalls.map((row) => [row.name, row.number]));

/** A buffer that the call fills; its content is part of the answer. */
export class Output {
  constructor(readonly sizeBytes: number) {}
}

export type Operation = readonly [name: string, ...args: (CallArgument | Output)[]];

/** Result of a call and the content of its output buffers, as hexadecimal. */
export interface Answer {
  readonly result: number;
  readonly buffers: readonly string[];
}

/** Why the same system calls cannot be made on real Linux; undefined when they can. */
export const whyNoOracle = whyNoCommand('aarch64-linux-gnu-gcc', 'qemu-aarch64-static');

/** Real Linux, asked through a small arm64 program under qemu-aarch64 in a directory of its own. */
export class LinuxOracle {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'boxer-oracle-'));
  private readonly program = path.join(this.folder, 'oracle');

  constructor() {
    const source = path.join(packageRoot, 'fixtures/syscall-oracle.c');
    execFileSync('aarch64-linux-gnu-gcc', ['-static', '-O1', '-o', this.program, source]);
  }

  /** Runs the operations in a fresh directory. */
  run(operations: readonly Operation[]): Answer[] {
    // Paths may climb one level and more: what they make there must not be seen by the next run.
    const around = mkdtempSync(path.join(this.folder, 'run-'));
    const cwd = path.join(around, 'x/y/z/w');
    mkdirSync(cwd, { recursive: true });
    const input = operations.map((operation) => `${encode(operation)}\n`).join('');
    const { stdout } = spawnSync('qemu-aarch64-static', [this.program], {
      cwd,
      input,
      maxBuffer: 1 << 28,
      timeout: 20_000,
    });
    rmSync(around, { recursive: true, force: true });
    const lines = stdout.toString().trimEnd().split('\n');
    return lines.map((line) => {
      const [result = '', ...buffers] = line.split(' ');
      return { result: Number(result), buffers };
    });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function encode([name, ...args]: Operation): string {
  const words = args.map((argument) => {
    if (argument instanceof Output) return `b${argument.sizeBytes}`;
    if (typeof argument === 'number' || typeof argument === 'bigint') return `i${argument}`;
    return `s${Buffer.from(argument as string, 'latin1').toString('hex')}`;
  });
  return [`i${numbers.get(name)}`, ...words].join(' ');
}

/** Makes the same calls in the box. */
export function runInBox(kernel: TestKernel, operations: readonly Operation[]): Answer[] {
  return operations.map(([name, ...args]) => {
    kernel.forget();
    const outputs: { at: number; sizeBytes: number }[] = [];
    const values = args.map((argument) => {
      if (!(argument instanceof Output)) return argument;
      const at = kernel.reserve(argument.sizeBytes);
      kernel.guestBytes(at, argument.sizeBytes).fill(0);
      outputs.push({ at, sizeBytes: argument.sizeBytes });
      return at;
    });
    const result = kernel.call(name, ...values);
    const buffers = outputs.map(({ at, sizeBytes }) =>
      Buffer.from(kernel.guestBytes(at, sizeBytes)).toString('hex'),
    );
    return { result, buffers };
  });
}
