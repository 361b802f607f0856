import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { generateProcessModule } from '../process/process-module.ts';
import { ModuleBuilder } from '@boxer/wasm';
import { BareProcess } from '../testing/bare-process.ts';
import { loadElf } from '../testing/elf.ts';
import { readerOf } from '../testing/install-code.ts';
import { InstalledPack } from '../testing/install-pack.ts';
import type { PackInfo } from './code-pack.ts';
import { functionsOf } from './functions-of.ts';
import { addressesOf, reachedCode } from './reached-code.ts';
import { translatePack } from './translate-pack.ts';

const source = fileURLToPath(new URL('../../../../fixtures/cpu/control.c', import.meta.url));
const STACK_TOP = 0x7f_0000;
const CODE_AT = 0x40_0000;
const PLENTY = 1n << 40n;

interface Run {
  readonly box: BareProcess;
  readonly output: string;
  readonly instructions: bigint;
  /** Addresses of instructions that the interpreter came to. */
  readonly interpreted: readonly number[];
}

describeIf(whyNoCommand('aarch64-linux-gnu-gcc', 'qemu-aarch64-static'), 'functions without symbols', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-functions-'));
  let processModule: WebAssembly.Module;
  let supportModule: WebAssembly.Module;
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    processModule = new WebAssembly.Module(generateProcessModule({ registration: 'exports' }));
    supportModule = new WebAssembly.Module(new ModuleBuilder().finish());
  }, 120_000);

  function run(program: string, prepare: (box: BareProcess) => void = () => undefined): Run {
    let output = '';
    const box = new BareProcess({
      processModule,
      supportModule,
      guestBytes: 0x80_0000,
      syscall: (self, number, [, address, length]) => {
        if (number !== 64) return -(1n << 63n);
        output += Buffer.from(self.guest(Number(address), Number(length))).toString();
        return length ?? 0n;
      },
    });
    const entry = loadElf(box, readFileSync(program));
    box.permit(STACK_TOP - 0x1_0000, 0x1_0000, 3);
    prepare(box);
    box.pc = entry;
    box.setX(31, BigInt(STACK_TOP));
    box.fuel = PLENTY;
    box.run();
    return {
      box,
      output,
      instructions: PLENTY - box.fuel,
      interpreted: reachedCode(box.view.buffer).flatMap(addressesOf),
    };
  }

  /** Addresses of what was translated: short functions are a part of each that calls them, too. */
  function addressesIn({ functions }: PackInfo): Set<number> {
    const addresses = new Set<number>();
    for (const { offset, bytes } of functions.flatMap(({ ranges }) => ranges))
      for (let at = 0; at < bytes.length; at += 4) addresses.add(CODE_AT + offset + at);
    return addresses;
  }

  /** Addresses of functions, by name. Oracle: the symbol table. */
  function symbolsOf(program: string): ReadonlyMap<number, string> {
    const { stdout } = spawnSync('aarch64-linux-gnu-nm', [program], { encoding: 'utf8' });
    const symbols = [...stdout.matchAll(/^([0-9a-f]+) [tT] ([\w.]+)$/gm)];
    return new Map(symbols.map(([, address = '', name = '']) => [Number.parseInt(address, 16), name]));
  }

  it.each([
    ['-O2'],
    ['-Os'],
    ['-O2', '-mbranch-protection=standard'],
    ['-O2', '-fno-jump-tables', '-fno-optimize-sibling-calls'],
  ])('are found in what %s %s %s makes', (...options: string[]) => {
    const program = join(folder, `control${options.join('')}`);
    const fixed = ['-static', '-nostdlib', '-ffreestanding', '-march=armv8-a'];
    const compiler = spawnSync('aarch64-linux-gnu-gcc', [...options, ...fixed, '-o', program, source]);
    expect(compiler.stderr.toString()).toBe('');
    const expected = spawnSync('qemu-aarch64-static', [program], { encoding: 'utf8' }).stdout;

    const plain = run(program);
    expect(plain.output).toBe(expected);
    const reader = readerOf(plain.box);
    const found = functionsOf(reachedCode(plain.box.view.buffer), reader);

    const symbols = symbolsOf(program);
    const executed = new Set(plain.interpreted);
    const names = [...symbols].filter(([at]) => executed.has(at)).map(([, name]) => name);
    const isPart = (name: string) => /\.(cold|back)$/.test(name);
    expect(found.functions.map(({ entry }) => symbols.get(entry) ?? entry.toString(16)).sort()).toEqual(
      names.filter((name) => !isPart(name)).sort(),
    );

    const pack = translatePack(reader, { base: CODE_AT, ...found });
    expect(addressesIn(pack.info)).toEqual(executed);
    const translated = run(program, (box) => new InstalledPack(box, pack.bytes, CODE_AT).enter());
    expect(translated.output).toBe(expected);
    expect(translated.instructions).toBe(plain.instructions);
    // The beginning of the first function, system calls, and what lies behind them.
    expect(translated.interpreted.length).toBeLessThan(40 + found.functions.length * 12);
  });
});

// As GNU as encodes it: a loop around a switch, before which the table's address is computed once.
const SWITCH = [
  0x1000_0800, // adr x0, 0x1100
  0xd503_201f, // nop
  0x7100_071f, // cmp w24, #1
  0x7878_5800, // ldrh w0, [x0, w24, uxtw #1]
  0x1000_0061, // adr x1, 0x101c
  0x8b20_a820, // add x0, x1, w0, sxth #2
  0xd61f_0000, // br x0
  0x17ff_fffb, // b 0x1008
  0x17ff_fffa, // b 0x1008
];
const [SWITCH_AT, TABLE_AT] = [0x1000, 0x1100];

test('a switch keeps its cases when only its loop is translated', () => {
  const reader = {
    word: (pc: number) => SWITCH[(pc - SWITCH_AT) / 4],
    data: (address: number) => (address - TABLE_AT) / 2,
  };
  const loop = { page: 1, bits: Uint8Array.of(0b1111_1100, 1, ...Array.from({ length: 126 }, () => 0)) };
  const found = functionsOf([loop], reader);
  const { info } = translatePack(reader, { base: SWITCH_AT, ...found });
  expect(info.instructions).toBe(SWITCH.length - 2);
});
