import { describeIf } from '@boxer/foundation/testing';
import { disassemble } from '../disassemble.ts';
import { instructions } from '../instructions/index.ts';
import { compareLines } from './comparison.ts';
import { deviations } from './deviations.ts';
import { normalise, objdumpVersion, objdumpWords } from './objdump.ts';
import { randomWords, wordsOfRows } from './random-words.ts';

// Other versions name other hints and system registers.
const VERSION = '2.40';
const found = objdumpVersion();
const unable =
  found === VERSION
    ? undefined
    : `aarch64-linux-gnu-objdump ${VERSION} is wanted, ${found ?? 'none'} is installed`;

// Oracle: GNU objdump. `pnpm --filter @boxer/a64 compare:objdump` does the same with more words, and with real programs.
describeIf(unable, 'the disassembler and objdump', () => {
  const seed = Date.now() % 1e9;
  const random = randomWords(seed);
  const words = [
    ['random words of each row', wordsOfRows(instructions, 50, random)],
    ['random words', Uint32Array.from({ length: 50_000 }, random)],
  ] as const;

  it.each(
    words.flatMap(([name, list]) => [
      [name, list, { aliases: true }] as const,
      [name, list, { aliases: false }] as const,
    ]),
  )(
    `agree on %s (seed ${seed}), %#`,
    async (_, list, options) => {
      const comparison = await compareLines(objdumpWords(list, 0x1000_0000n, options), options);
      expect([...comparison.differences.values()]).toEqual([]);
      expect(comparison.words).toBe(list.length);
      expect(comparison.equal).toBeGreaterThan(list.length / 10);
    },
    120_000,
  );

  it.each(deviations)(
    'differ, for a reason, in $name',
    async ({ example, exampleTheirs, exampleOurs, name }) => {
      const words = Uint32Array.of(example);
      for await (const { text } of objdumpWords(words)) expect(text).toBe(exampleTheirs);
      expect(disassemble(example, 0n)).toBe(exampleOurs);
      const { deviating } = await compareLines(objdumpWords(words));
      expect([...deviating]).toEqual([[name, 1]]);
    },
  );
});

describe('normalise', () => {
  it.each([
    ['bl\tbfc80 <_exit@@GLIBC_2.17>', 'bl 0xbfc80'],
    ['b.cs\tdcaa8 <f<int>+0x1d68>  // b.hs, b.nlast', 'b.cs 0xdcaa8'],
    ['csetm\tw0, ne\t// ne = any', 'csetm w0, ne'],
    ['.inst\t0x04000000 ; undefined', '.inst 0x04000000'],
    ['b\t0x1000', 'b 0x1000'],
    ['ret', 'ret'],
  ])('reads %j as %j', (line, text) => {
    expect(normalise(line)).toBe(text);
  });
});
