import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BATCH_PROGRAMS,
  CHANGE_BYTES,
  CODE_AT,
  CODE_BYTES,
  dataPages,
  STATE_BYTES,
  stateOffsets,
} from './layout.ts';
import { whyNoCommand } from '@boxer/foundation/testing';
import { type Processor, processors } from './processors.ts';
import type { Batch } from './program.ts';

/** How a program ended under qemu. */
export interface QemuResult {
  /** Registers and signal, laid out as `stateOffsets` says. */
  readonly state: Uint8Array;
  /** Changed words of the data: index in 8-byte units of the image, new value. */
  readonly changes: readonly (readonly [index: number, value: bigint])[];
}

const QEMU = 'qemu-aarch64-static';
const COMPILER = 'aarch64-linux-gnu-gcc';
/** A program that does not end. */
const PATIENCE_MS = 120_000;
/** No library, nor loops turned into calls of one; away from the addresses of programs and data. */
const FLAGS = [
  '-O2',
  '-static',
  '-nostdlib',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-stack-protector',
  '-fno-tree-loop-distribute-patterns',
  '-Wl,-Ttext-segment=0x10000000',
  '-Wl,--build-id=none',
];

/** @returns why qemu cannot be asked here; undefined when it can */
export const whyNoQemu = () => whyNoCommand(QEMU, COMPILER);

/** @returns what qemu says of itself, without its copyright */
export function qemuVersion(): string {
  return spawnSync(QEMU, ['--version']).stdout.toString().split('\n')[0] ?? '';
}

/** The source lies beside this file, or where this file was compiled from. */
function harnessSource(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [here, join(here, '../../src/fuzz')].map((folder) => join(folder, 'harness.c'));
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error(`Cannot find harness.c beside ${here}`);
  return found;
}

/** Compiles the program that executes others. */
function compileHarness(folder: string): string {
  const output = join(folder, 'harness');
  const define = (name: string, value: number | string) => `-D${name}=${value}`;
  const { status, stderr } = spawnSync(COMPILER, [
    ...FLAGS,
    define('CODE_AT', CODE_AT),
    define('CODE_BYTES', CODE_BYTES),
    define('BATCH_PROGRAMS', BATCH_PROGRAMS),
    define('STATE_BYTES', STATE_BYTES),
    define('DATA_PAGES', dataPages.map(({ address }) => address).join()),
    define('DATA_WRITABLE', dataPages.map(({ writable }) => Number(writable)).join()),
    '-o',
    output,
    harnessSource(),
  ]);
  if (status !== 0) throw new Error(`Cannot compile harness.c: ${stderr.toString()}`);
  return output;
}

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (results: QemuResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** A qemu process that executes one batch of programs after the other. */
export class QemuMachine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'boxer-fuzz-'));
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #errors: Buffer[] = [];
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #waiting: Waiting | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly processor: Processor) {
    this.#process = spawn(QEMU, ['-cpu', processors[processor], compileHarness(this.#folder)]);
    this.#process.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#process.stderr.on('data', (chunk: Buffer) => this.#errors.push(chunk));
    this.#process.stdin.on('error', () => undefined);
    this.#process.on('close', (status, signal) => {
      rmSync(this.#folder, { recursive: true, force: true });
      this.#fail(`it ended with ${status ?? signal}: ${Buffer.concat(this.#errors).toString()}`);
    });
    this.#process.on('error', (error) => this.#fail(error.message));
  }

  #fail(why: string): void {
    clearTimeout(this.#timer);
    this.#waiting?.reject(new Error(`Cannot execute a batch under ${QEMU} -cpu ${this.processor}: ${why}`));
    this.#waiting = undefined;
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    const waiting = this.#waiting;
    if (!waiting || this.#receivedBytes < 8) return;
    const statesBytes = waiting.batch.programs.length * STATE_BYTES;
    if (this.#receivedBytes < 8 + statesBytes) return;
    const all = Buffer.concat(this.#received);
    this.#received = [all];
    if (all.length < 8 + statesBytes + Number(all.readBigUInt64LE(0))) return;
    clearTimeout(this.#timer);
    this.#received = [];
    this.#receivedBytes = 0;
    this.#waiting = undefined;
    waiting.resolve(resultsOf(all, waiting.batch.programs.length));
  }

  /** Executes a batch, behind those that were asked for before. */
  run(batch: Batch): Promise<QemuResult[]> {
    const results = this.#last.then(() => this.#execute(batch));
    this.#last = results.catch(() => undefined);
    return results;
  }

  #execute(batch: Batch): Promise<QemuResult[]> {
    return new Promise((resolve, reject) => {
      this.#waiting = { batch, resolve, reject };
      this.#timer = setTimeout(() => {
        this.#fail('a program does not end');
        this.#process.kill('SIGKILL');
      }, PATIENCE_MS);
      const header = Buffer.alloc(8);
      header.writeUInt32LE(batch.programs.length, 0);
      this.#process.stdin.write(header);
      this.#process.stdin.write(batch.code);
      this.#process.stdin.write(Buffer.concat(batch.programs.map(({ before }) => before)));
      this.#process.stdin.write(batch.image);
    });
  }

  /** Ends the process. */
  close(): void {
    this.#process.stdin.end();
  }
}

function resultsOf(bytes: Buffer, programs: number): QemuResult[] {
  let at = 8 + programs * STATE_BYTES;
  return Array.from({ length: programs }, (_, i) => {
    const state = bytes.subarray(8 + i * STATE_BYTES, 8 + (i + 1) * STATE_BYTES);
    const count = Number(state.readBigUInt64LE(stateOffsets.changes));
    const changes = Array.from({ length: count }, (_unused, k) => {
      const entry = at + k * CHANGE_BYTES;
      return [Number(bytes.readBigUInt64LE(entry)), bytes.readBigUInt64LE(entry + 8)] as const;
    });
    at += count * CHANGE_BYTES;
    return { state, changes };
  });
}
