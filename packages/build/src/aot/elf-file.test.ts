import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { segmentReader, segmentsOf } from './elf-file.ts';

const tool = (name: string, ...args: string[]) =>
  spawnSync(`aarch64-linux-gnu-${name}`, args, { encoding: 'utf8' });

describeIf(whyNoCommand('aarch64-linux-gnu-gcc'), 'an executable made by GNU ld', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-elf-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, 'x.s');
  const program = join(folder, 'x');
  writeFileSync(
    source,
    '.globl _start\n_start: mov x8, #93\nsvc #0\n.section .rodata\nt: .quad 0x123456789a\n.data\nd: .quad 7\n',
  );
  tool('gcc', '-nostdlib', '-static', '-o', program, source);
  const file = readFileSync(program);

  it('has code and constants where objdump and nm say', () => {
    const reader = segmentReader(segmentsOf(file) ?? []);
    const address = (name: string) =>
      Number.parseInt(
        tool('nm', program).stdout.match(new RegExp(`^([0-9a-f]+) . ${name}$`, 'm'))?.[1] ?? '',
        16,
      );
    // As objdump -d prints them.
    expect(reader.word(address('_start'))).toBe(0xd280_0ba8);
    expect(reader.word(address('_start') + 4)).toBe(0xd400_0001);
    expect(reader.data(address('t'), 8)).toBe(0x12_3456_789a);
    expect(reader.data(address('t'), 2)).toBe(0x789a);
    // What may be written is no constant, and is not executed.
    expect(reader.data(address('d'), 8)).toBeUndefined();
    expect(reader.word(address('d'))).toBeUndefined();
  });

  it('is refused or read, never a crash, wherever it is cut or changed', () => {
    // Its headers have 64 + 56 × n bytes.
    for (let cut = 0; cut < 120; cut++) expect(segmentsOf(file.subarray(0, cut))).toBeUndefined();
    for (let at = 0; at < 0x200; at++) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      const segments = segmentsOf(changed);
      for (const { address, bytes } of segments ?? [])
        expect(address + bytes.length).toBeLessThanOrEqual(2 ** 32 + 4096);
    }
  });
});
