/**
 * Program: `node native-compiler.js FOLDER NAME…` compiles each FOLDER/NAME.wasm with the optimising compiler and writes the
 * machine code to FOLDER/NAME. A process of its own, since V8's functions end the process when they fail.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { leastRecentlyUsed, replaceFileSync } from '@boxer/foundation';
import { encodeCodeFile } from './code-file.ts';
import { v8Intrinsics } from './intrinsics.ts';

/** Set, V8 compiles all functions at once, and optimises them all in the background. */
const EAGERNESS = ['no-wasm-lazy-compilation', 'no-wasm-dynamic-tiering'];
/**
 * Set, optimising uses what modules say of their branches, and never a simpler allocator of registers, which large functions
 * would get otherwise: their code would be half as fast.
 */
const THOROUGHNESS = [
  'experimental-wasm-branch-hinting',
  'no-turbo-use-mid-tier-regalloc-for-huge-functions',
];
/** Later versions of V8 (12 and 13 were tried) refuse code of modules that were made while the first was set. */
const THOROUGH_V8 = 11;
/** What all files of the folder may take; those that were not used for longest go first. */
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
const POLL_MS = 100;
/** Looks in a row at which the other threads had nothing to do: one might only have found the machine busy. */
const IDLE_POLLS = 3;
/** Looks after which optimising counts as finished, whatever it does. */
const MAX_POLLS = 600;
/** The optimising compiler never was faster than this; it takes a third of it. */
const FASTEST_BYTES_PER_MS = 8000;

const [directory, ...names] = process.argv.slice(2);
const intrinsics = v8Intrinsics();
if (directory !== undefined && intrinsics !== undefined) {
  setPriority(19);
  for (const name of names) {
    const path = join(directory, name);
    const source = `${path}.wasm`;
    try {
      const code = await optimised(readFileSync(source), intrinsics.serialize);
      replaceFileSync(path, encodeCodeFile(code));
    } finally {
      rmSync(source, { force: true });
    }
  }
  throwAway(directory);
}

/** @returns machine code of all functions of a module, once V8 has finished with them in the background */
async function optimised(
  bytes: Uint8Array,
  serialize: (module: WebAssembly.Module) => ArrayBuffer,
): Promise<Uint8Array> {
  const isThorough = Number.parseInt(process.versions.v8) === THOROUGH_V8;
  const flags = isThorough ? [...EAGERNESS, ...THOROUGHNESS] : EAGERNESS;
  for (const flag of flags) setFlagsFromString(`--${flag}`);
  const before = processorMs();
  const module = new WebAssembly.Module(bytes);
  const least = bytes.length / FASTEST_BYTES_PER_MS;
  let idle = 0;
  let last = processorMs();
  // Serialising before any function is optimised would end the process.
  for (let polls = 0; polls < MAX_POLLS && idle < IDLE_POLLS; polls++) {
    await setTimeout(POLL_MS);
    const now = processorMs();
    idle = now - before >= least && now - last < POLL_MS / 10 ? idle + 1 : 0;
    last = now;
  }
  // Code remembers the flags that are set when it is serialised.
  for (const flag of flags) setFlagsFromString(`--${opposite(flag)}`);
  return new Uint8Array(serialize(module));
}

function opposite(flag: string): string {
  return flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`;
}

/** Of all threads of this process. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function throwAway(folder: string): void {
  const files = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? [{ path, sizeBytes: stat.size, lastUsedMs: stat.mtimeMs }] : [];
  });
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path } of leastRecentlyUsed(files, total - MAX_TOTAL_BYTES)) rmSync(path, { force: true });
}
