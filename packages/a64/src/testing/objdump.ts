import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OBJDUMP = 'aarch64-linux-gnu-objdump';

/** An instruction as objdump shows it. */
export interface ObjdumpLine {
  readonly address: bigint;
  readonly word: number;
  /** See {@link normalise}. */
  readonly text: string;
}

/** @returns objdump's version, or undefined when it is not installed (Debian: binutils-aarch64-linux-gnu) */
export function objdumpVersion(): string | undefined {
  const { stdout, error } = spawnSync(OBJDUMP, ['--version'], { encoding: 'utf8' });
  return error ? undefined : /\d+\.\d+[\d.]*/.exec(stdout)?.[0];
}

/**
 * Drops what objdump adds to an instruction: the symbol behind an address, comments, `; undefined`, `; NYI`. Addresses are written
 * with 0x, which objdump leaves out before a symbol.
 */
export function normalise(text: string): string {
  return text
    .replace(/\s*\/\/ .*$/, '')
    .replace(/\s*; .*$/, '')
    .replace(/([0-9a-f]+) <.*>$/, (_, target: string) => `0x${target}`)
    .replace('\t', ' ')
    .trim();
}

const LINE = /^ *([0-9a-f]+):\t([0-9a-f]{8}) \t(.*)$/;

async function* run(args: readonly string[]): AsyncGenerator<ObjdumpLine> {
  const child = spawn(OBJDUMP, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, address, word, text] = LINE.exec(line) ?? [];
      if (address === undefined || word === undefined || text === undefined) continue;
      yield { address: BigInt(`0x${address}`), word: parseInt(word, 16), text: normalise(text) };
    }
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${OBJDUMP} ${args.join(' ')} ended with ${status}`);
}

/** Every instruction in the executable sections of an ELF file. */
export function objdumpFile(file: string): AsyncGenerator<ObjdumpLine> {
  return run(['-d', '-z', file]);
}

/** Every word, as if they lay one after the other from `address` on. */
export async function* objdumpWords(
  words: Uint32Array,
  address = 0n,
  { aliases = true } = {},
): AsyncGenerator<ObjdumpLine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'boxer-a64-'));
  try {
    const file = path.join(folder, 'words');
    await writeFile(file, words);
    yield* run([
      '-D',
      '-z',
      ...(aliases ? [] : ['-M', 'no-aliases']),
      '-b',
      'binary',
      '-m',
      'aarch64',
      `--adjust-vma=${address}`,
      file,
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
