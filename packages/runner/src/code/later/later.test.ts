import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { itIf } from '@boxer/foundation/testing';
import type { ProfiledPage, TranslatorRequest } from '../jit/messages.ts';
import { leaveRequest, takeRequest } from './request-file.ts';
import { asTranslator, isTranslating } from './translator-lock.ts';
import { blocksOf, hotBlocks, TRIED_FILE, TriedCode } from './tried-code.ts';

let root: string;
let packs: string;
let lock: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'boxer-later-'));
  packs = join(root, 'packs');
  mkdirSync(packs, { mode: 0o700 });
  lock = join(root, 'translator.lock');
});
afterEach(() => rmSync(root, { recursive: true }));

/** The number of a process that has ended. */
const deadProcess = () => spawnSync(process.execPath, ['-e', '']).pid;

const sampled = (counts: Readonly<Record<number, number>>) => {
  const samples = new Uint32Array(1024);
  for (const [word, count] of Object.entries(counts)) samples[Number(word)] = count;
  return samples;
};

/** A page of code in which one word is hot, and a page of constants. */
function requestOf(content = 1): TranslatorRequest {
  const bits = new Uint8Array(128).fill(3);
  const translated = new Uint8Array(128);
  const code: ProfiledPage = {
    number: 7,
    permissions: 5,
    bytes: new Uint8Array(4096).fill(content),
    stretch: 2,
    bits,
    samples: sampled({ 9: 70_000 }),
    translated,
  };
  return {
    id: 0,
    leastSamples: 2,
    pages: [{ number: 3, permissions: 1, bytes: new Uint8Array(4096).fill(9) }, code],
  };
}

describe('what a box leaves', () => {
  it('is taken once, as it was', () => {
    const request = requestOf();
    expect(leaveRequest(packs, request)).toBe(true);
    const taken = takeRequest(packs);
    expect(taken?.leastSamples).toBe(2);
    expect([...(taken?.pages ?? [])].sort((a, b) => a.number - b.number)).toEqual(request.pages);
    expect(takeRequest(packs)).toBeUndefined();
  });

  it('is nothing while a translator is at work', async () => {
    let isLeft: boolean | undefined;
    const isDone = await asTranslator(packs, () => {
      isLeft = leaveRequest(packs, requestOf());
      return Promise.resolve();
    });
    expect([isDone, isLeft]).toEqual([true, false]);
    expect(leaveRequest(packs, requestOf())).toBe(true);
  });

  it('is nothing when it is large', () => {
    const { pages, ...rest } = requestOf();
    const many = Array.from({ length: 1100 }, () => pages).flat();
    expect(leaveRequest(packs, { ...rest, pages: many })).toBe(false);
    expect(existsSync(join(packs, 'request'))).toBe(false);
  });

  it('is neither left nor taken where others can write', () => {
    leaveRequest(packs, requestOf());
    chmodSync(packs, 0o777);
    expect(takeRequest(packs)).toBeUndefined();
    expect(leaveRequest(packs, requestOf())).toBe(false);
  });

  it('is nothing that can be read when it is damaged', () => {
    writeFileSync(join(packs, 'request'), 'damaged');
    expect(takeRequest(packs)).toBeUndefined();
  });
});

const program = fileURLToPath(new URL('../../../dist/bundle/later-translator.js', import.meta.url));
const notBuilt = existsSync(program) ? undefined : 'the runner is not built';

describe('a translator that nobody waits for', () => {
  /** Pages of `cbz x0` to anywhere near: every instruction begins a block, in loops with many entries. */
  function tangledRequest(pages: number): TranslatorRequest {
    let chance = 7;
    const next = (below: number) => {
      chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0;
      return (chance >>> 8) % below;
    };
    const words = pages * 1024;
    const code = Uint32Array.from({ length: words }, (_, at) => {
      const to = Math.max(0, Math.min(words - 1, at + next(1400) - 700));
      return 0xb400_0000 | (((to - at) & 0x7_ffff) << 5);
    });
    return {
      id: 0,
      leastSamples: 1,
      pages: Array.from({ length: pages }, (_, i): ProfiledPage => ({
        number: 16 + i,
        permissions: 5,
        bytes: new Uint8Array(code.buffer.slice(i * 4096, (i + 1) * 4096)),
        stretch: 0,
        bits: new Uint8Array(128).fill(0xff),
        samples: new Uint32Array(1024).fill(1000),
        translated: new Uint8Array(128),
      })),
    };
  }

  // Loading the program and this much code takes more than a millisecond anywhere.
  itIf(
    notBuilt,
    'ends itself when code takes too long, and keeps nobody else from translating',
    () => {
      expect(leaveRequest(packs, tangledRequest(16))).toBe(true);
      const { signal } = spawnSync(process.execPath, [program, packs, join(root, 'native'), '1']);
      expect(signal).toBe('SIGKILL');
      expect(isTranslating(packs)).toBe(false);
    },
    60_000,
  );
});

describe('the lock of translators', () => {
  it('holds only as long as its process is there, and not for ever', () => {
    expect(isTranslating(packs)).toBe(false);
    writeFileSync(lock, String(process.pid));
    expect(isTranslating(packs)).toBe(true);
    utimesSync(lock, 1, 1);
    expect(isTranslating(packs)).toBe(false);
    writeFileSync(lock, String(deadProcess()));
    expect(isTranslating(packs)).toBe(false);
  });

  it('lets one do something', async () => {
    writeFileSync(lock, String(deadProcess()));
    let second: boolean | undefined;
    const first = await asTranslator(packs, async () => {
      second = await asTranslator(packs, () => Promise.reject(new Error('two are at work')));
    });
    expect([first, second]).toEqual([true, false]);
    expect(existsSync(lock)).toBe(false);
  });
});

describe('the code that was tried', () => {
  it('is what is hot and not translated, in blocks of the same page', () => {
    const translated = new Uint8Array(128);
    translated[8] = 1;
    const samples = sampled({ 0: 5, 31: 6, 32: 7, 33: 1, 64: 8 });
    const blocks = hotBlocks([{ hash: 1, samples, translated }], 2);
    expect([...blocks.values()].sort((a, b) => a - b)).toEqual([7, 11]);
    const other = hotBlocks([{ hash: 2, samples, translated }], 2);
    expect([...other.keys()].some((block) => blocks.has(block))).toBe(false);
  });

  it('is remembered', () => {
    const blocks = blocksOf(requestOf());
    expect(new TriedCode(packs).untried(blocks)).toBe(70_000);
    new TriedCode(packs).add(blocks.keys());
    expect(new TriedCode(packs).untried(blocks)).toBe(0);
    expect(new TriedCode(packs).untried(blocksOf(requestOf(2)))).toBe(70_000);
  });

  it('is forgotten, oldest first, when it is much', () => {
    const tried = new TriedCode(packs);
    for (let first = 0; first < 100_000; first += 1000)
      tried.add(Array.from({ length: 1000 }, (_, i) => first + i));
    expect(statSync(join(packs, TRIED_FILE)).size).toBeLessThanOrEqual(4 * 32_768);
    expect(tried.untried(new Map([[0, 1]]))).toBe(1);
    expect(tried.untried(new Map([[99_999, 1]]))).toBe(0);
    expect(readFileSync(join(packs, TRIED_FILE)).length % 4).toBe(0);
  });
});
