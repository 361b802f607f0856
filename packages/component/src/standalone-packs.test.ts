import { describeIf } from '@boxer/foundation/testing';
import { type CodeReader, planOf, readPack, translatePack } from '@boxer/translate';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeModule } from './index.ts';
import { hostWithJco } from './testing/jco-host.ts';
import { compileProgram, whyNoProgramBox, writeProgramBox } from './testing/program-box.ts';

const PAGE = 4096;
const PT_LOAD = 1;
/** More than anybody reads: preview2-shim calls every standard input a terminal, whose end would hang up. */
const INPUT = '\n'.repeat(100_000);
/** As GNU as encodes `mov w0, #1` and `mov w0, #2`. */
const [SAYS_1, SAYS_2] = [0x5280_0020, 0x5280_0040];

/** The static executable's code where it will lie. */
function codeReader(program: string): CodeReader {
  const elf = readFileSync(program);
  const segments = Array.from(
    { length: elf.readUInt16LE(56) },
    (_, i) => Number(elf.readBigUInt64LE(32)) + 56 * i,
  )
    .filter((at) => elf.readUInt32LE(at) === PT_LOAD)
    .map((at) => [8, 16, 32].map((field) => Number(elf.readBigUInt64LE(at + field))));
  return {
    word: (pc) => {
      for (const [offset = 0, address = 0, bytes = 0] of segments)
        if (pc >= address && pc + 4 <= address + bytes) return elf.readUInt32LE(offset + pc - address);
      return undefined;
    },
    data: () => undefined,
  };
}

function addressOf(program: string, symbol: string): number {
  const symbols = execFileSync('aarch64-linux-gnu-nm', [program], { encoding: 'utf8' });
  const line = symbols.split('\n').find((each) => each.endsWith(` T ${symbol}`)) ?? '';
  return parseInt(line, 16);
}

/** A pack of functions of a program. */
function packOf(program: string, symbols: readonly string[], reader = codeReader(program)): CodeModule {
  const entries = symbols.map((symbol) => addressOf(program, symbol));
  const base = Math.min(...entries) & -PAGE;
  const { bytes } = translatePack(reader, { base, functions: entries.map((entry) => ({ entry })) });
  return { bytes, plan: planOf(readPack(bytes)) };
}

/** Says that it was made from what the program has there, but was made from something else: so one sees that it is executed. */
function lyingPack(program: string): CodeModule {
  const reader = codeReader(program);
  const at = addressOf(program, 'answer');
  const { bytes } = packOf(program, ['answer'], {
    ...reader,
    word: (pc) => (pc === at ? SAYS_2 : reader.word(pc)),
  });
  expect(reader.word(at)).toBe(SAYS_1);
  return { bytes, plan: packOf(program, ['answer']).plan };
}

describeIf(whyNoProgramBox, 'packs in a component under jco', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-standalone-packs-'));
  let program: string;
  beforeAll(() => {
    program = compileProgram('component/fixtures/packed.c', folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const host = async (name: string, parts: Parameters<typeof writeProgramBox>[2]) => {
    await writeProgramBox(program, join(folder, `${name}.wasm`), parts);
    return hostWithJco(join(folder, `${name}.wasm`), join(folder, name));
  };

  it('are entered after a while where their code is: in children, at any address, but not when it has changed', async () => {
    const lying = await host('lying', { codeModules: [lyingPack(program)] });
    expect(lying.run(['answers'], INPUT)).toEqual({ stdout: '1\n2\n2\n3\n2\n', stderr: '', failed: false });
    expect(lying.run(['moves'], INPUT)).toEqual({ stdout: '2\n2\n', stderr: '', failed: false });
    const honest = await host('honest', { codeModules: [packOf(program, ['answer'])] });
    expect(honest.run(['answers'], INPUT)).toEqual({ stdout: '1\n1\n1\n3\n1\n', stderr: '', failed: false });
  }, 120_000);

  it('are chosen among several, and some are left out where there are too many slots', async () => {
    const others = Array.from({ length: 6 }, () => packOf(program, ['hash']));
    // 128 slots take at most 5 packs each: the smallest one is left out.
    const codeModules = [...others, lyingPack(program)];
    const few = await host('few', { codeModules, maxProcesses: 4 });
    expect(few.run(['answers'], INPUT).stdout).toBe('1\n2\n2\n3\n2\n');
    const many = await host('many', { codeModules, maxProcesses: 128 });
    expect(many.run(['answers'], INPUT).stdout).toBe('1\n1\n1\n3\n1\n');
  }, 180_000);

  it('end boxes at the same instruction as without', async () => {
    const fuel = '106300001';
    const interpreted = await host('interpreted', { fuel });
    const translated = await host('translated', { fuel, codeModules: [packOf(program, ['hash'])] });
    const { stdout } = interpreted.run(['counts'], INPUT);
    expect(stdout.length).toBeGreaterThan(1000);
    expect(translated.run(['counts'], INPUT).stdout).toBe(stdout);
  }, 120_000);
});
