import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPrivateFolder } from '../code-folder.ts';
import { codeFileName, decodeCodeFile } from './code-file.ts';
import { type Intrinsics, v8Intrinsics } from './intrinsics.ts';

/** Boxes that end sooner do not pay for making machine code for the next. */
export const WORTH_KEEPING_MS = 300;
/** A module that lies there waiting for longer has lost its compiler. */
const ABANDONED_MS = 60_000;
/** Uses within this time count as one: files are touched for the sake of what is thrown away first. */
const TOUCH_MS = 24 * 3600 * 1000;

/**
 * Keeps machine code of Wasm modules between runs: without it, each run compiles and optimises the interpreter anew, a
 * tenth of a second of processor time. V8 has the functions for that but no public interface in Node; where they are
 * missing, or the code does not fit, modules are compiled as ever.
 *
 * Machine code is trusted as much as Boxer's own files: it is only taken from a folder that nobody else can write to,
 * and only for a module with the very bytes it was made from.
 */
export class NativeCodeCache {
  readonly #directory: string | undefined;
  readonly #intrinsics: Intrinsics | undefined;
  readonly #missing = new Map<string, Uint8Array>();

  /** @param directory - undefined: nothing is kept */
  constructor(directory: string | undefined) {
    if (directory === undefined || !isPrivateFolder(directory)) return;
    this.#intrinsics = v8Intrinsics();
    if (this.#intrinsics) this.#directory = directory;
  }

  /** Whether there seems to be machine code of a module: then compiling it takes next to no time. */
  has(bytes: Uint8Array): boolean {
    return this.#directory !== undefined && existsSync(join(this.#directory, codeFileName(bytes)));
  }

  /** Has machine code made of a module that is not compiled now. */
  want(bytes: Uint8Array): void {
    if (this.#directory !== undefined) this.#missing.set(codeFileName(bytes), bytes);
  }

  /** @throws {@link WebAssembly.CompileError} */
  compile(bytes: Uint8Array): WebAssembly.Module {
    if (this.#directory === undefined) return new WebAssembly.Module(bytes);
    const name = codeFileName(bytes);
    return this.#load(join(this.#directory, name), bytes) ?? this.#compileAnew(name, bytes);
  }

  #load(path: string, bytes: Uint8Array): WebAssembly.Module | undefined {
    try {
      const code = decodeCodeFile(readFileSync(path));
      const module = code && this.#intrinsics?.deserialize(code, bytes);
      if (module && Date.now() - statSync(path).mtimeMs > TOUCH_MS) utimesSync(path, new Date(), new Date());
      return module;
    } catch {
      return undefined;
    }
  }

  #compileAnew(name: string, bytes: Uint8Array): WebAssembly.Module {
    const module = new WebAssembly.Module(bytes);
    this.#missing.set(name, bytes);
    return module;
  }

  /** Makes machine code for the next run, in a process of its own that nobody need wait for. @returns that, if there is one */
  fill(): ChildProcess | undefined {
    const directory = this.#directory;
    const compiler = compilerPath();
    if (directory === undefined || compiler === undefined) return undefined;
    const waiting = [...this.#missing].filter(([name, bytes]) => offer(join(directory, name), bytes));
    this.#missing.clear();
    if (waiting.length === 0) return undefined;
    const names = waiting.map(([name]) => name);
    const child = spawn(process.execPath, [...process.execArgv, compiler, directory, ...names], {
      detached: true,
      stdio: 'ignore',
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  }
}

/** Puts a module where its compiler looks for it. @returns false when another run did so just now */
function offer(path: string, bytes: Uint8Array): boolean {
  const source = `${path}.wasm`;
  try {
    const lastOffer = existsSync(source) ? statSync(source).mtimeMs : 0;
    if (Date.now() - lastOffer < ABANDONED_MS) return false;
    writeFileSync(source, bytes, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined when run from sources that were never built */
function compilerPath(): string | undefined {
  const candidates = ['./native-compiler.js', '../../dist/bundle/native-compiler.js'];
  return candidates
    .map((each) => fileURLToPath(new URL(each, import.meta.url)))
    .find((each) => existsSync(each) && each.includes('bundle'));
}
