import { readFileSync } from 'node:fs';
import {
  DockerfileError,
  IgnoreMatcher,
  type ImageConfig,
  PathPattern,
  planBuild,
  resolveBuild,
} from './index.ts';

const BASE: ImageConfig = { architecture: 'arm64', os: 'linux', config: { OnBuild: ['RUN echo trigger'] } };
const FIXTURES = ['python-service', 'heredocs', 'cross-compile'].map((name) => ({
  name,
  text: readFileSync(new URL(`../fixtures/${name}/Dockerfile`, import.meta.url), 'utf8'),
}));

// No oracle but the rule itself: any text either is planned or is refused with a DockerfileError.
describe('bad input', () => {
  describe('is refused with a DockerfileError and nothing else', () => {
    it.each(FIXTURES)('after cutting $name at every byte', async ({ text }) => {
      const bytes = Buffer.from(text);
      for (let length = 0; length <= bytes.length; length++) {
        await planOrRefuse(bytes.subarray(0, length).toString());
      }
    });

    it.each(FIXTURES)('in 1,000 mutations of $name', async ({ name, text }) => {
      const seed = 20_260_820 + name.length;
      const random = randomNumbers(seed);
      for (let round = 0; round < 1000; round++) {
        const mutant = mutate(text, random);
        try {
          await planOrRefuse(mutant);
        } catch (error) {
          throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(mutant)}`, { cause: error });
        }
      }
    });

    it.each([
      ['empty', '', 'the Dockerfile cannot be empty'],
      ['only blank lines', '\n\n', 'file with no instructions'],
      ['only a continuation', '\\', 'unknown instruction: '],
      ['a NUL', '\0', 'unknown instruction'],
      ['half a surrogate pair', 'FROM scratch\nENV A="\ud800', 'unexpected end of statement'],
    ])('%s', async (_, text, message) => {
      await expect(planOrRefuse(text)).resolves.toContain(message);
    });
  });

  // Oracle of the bytes: Node's own encoder.
  describe('is recognized as UTF-16', () => {
    const text = 'FROM scratch\n# a comment\n';
    const marked = `\ufeff${text}`;
    it.each([
      ['little endian', Buffer.from(text, 'utf16le')],
      ['big endian', Buffer.from(text, 'utf16le').swap16()],
      ['little endian with its mark', Buffer.from(marked, 'utf16le')],
      ['big endian with its mark', Buffer.from(marked, 'utf16le').swap16()],
    ])('%s', (_, bytes) => {
      expect(() => planBuild(String(bytes))).toThrow(
        expect.objectContaining({ line: 1, hint: expect.stringContaining('UTF-16') }),
      );
    });
  });

  describe('does not take long', () => {
    const long = 60_000;

    it('as a line of more than 65,535 bytes', async () => {
      const text = `FROM scratch\nLABEL a=${'x'.repeat(65_535)}\n`;
      await expect(planOrRefuse(text)).resolves.toBe(
        'dockerfile line greater than max allowed size of 65535',
      );
    });

    it('as a line of 65,535 bytes, which is allowed', async () => {
      const text = `FROM scratch\nLABEL a=${'x'.repeat(65_535 - 'LABEL a='.length)}\n`;
      await expect(planOrRefuse(text)).resolves.toBeUndefined();
    });

    it('counts bytes, not characters', async () => {
      const text = `FROM scratch\nLABEL a=${'é'.repeat(32_768)}\n`;
      await expect(planOrRefuse(text)).resolves.toContain('dockerfile line greater');
    });

    it.each([
      ['variables nested in each other', `FROM scratch\nENV A=${'${x:-'.repeat(10_000)}`],
      ['quotes without end', `FROM scratch\nENV A="${"'".repeat(long)}`],
      ['blanks', `FROM scratch\nRUN ${' \t'.repeat(long / 2)}x`],
      ['backslashes', `FROM scratch\nENV A=${'\\'.repeat(long)}`],
      ['brackets', `FROM scratch\nCMD ${'['.repeat(long)}`],
      ['ONBUILD of ONBUILD', `FROM scratch\n${'ONBUILD '.repeat(7000)}RUN x`],
      [
        'stars in a substitution',
        `FROM scratch\nARG v=${'a'.repeat(2000)}\nENV A=\${v//${'*a'.repeat(500)}*b/x}`,
      ],
      [
        'stars in a trimmed suffix',
        `FROM scratch\nARG v=${'a'.repeat(2000)}\nENV A=\${v%%${'*a'.repeat(500)}*b}`,
      ],
      ['names with dots', `FROM ${'a.'.repeat(long / 2)}!`],
      ['names with dashes', `FROM ${'a-'.repeat(2000)}!`],
      ['a directive with blanks', `#${' '.repeat(long)}escape = ${' '.repeat(100)}`],
      ['continued lines', `FROM scratch\nRUN x${' \\\n'.repeat(50_000)}`],
      ['environment variables', `FROM scratch\n${'ENV A=b C$A=d\n'.repeat(5000)}`],
      [
        'pairs on one line',
        `FROM scratch\nENV ${Array.from({ length: 8000 }, (_, i) => `A${i}=1`).join(' ')}`,
      ],
      [
        'arguments',
        `FROM scratch\n${Array.from({ length: 5000 }, (_, i) => `ARG A${i}=$A${i - 1}`).join('\n')}`,
      ],
      [
        'stages',
        `${Array.from({ length: 3000 }, (_, i) => `FROM scratch AS s${i}\nCOPY --from=${Math.max(i - 1, 0)} / /`).join('\n')}`,
      ],
      [
        'stages on top of each other',
        `FROM scratch AS s0\n${Array.from({ length: 3000 }, (_, i) => `FROM s${i} AS s${i + 1}`).join('\n')}`,
      ],
      ['ports', `FROM scratch\n${'EXPOSE 0-65535\n'.repeat(20)}`],
      ['chmod', `FROM scratch\nCOPY --chmod=${'u+'.repeat(long / 2)}! a b`],
    ])(
      'as many %s',
      async (_, text) => {
        await planOrRefuse(text);
      },
      5000,
    );

    it('as a value that doubles with every line', async () => {
      const text = `FROM scratch\nENV A=xxxxxxxxxxxxxxxx\n${'ENV A=$A$A\n'.repeat(60)}`;
      await expect(planOrRefuse(text)).resolves.toContain(
        'the values of the variables are longer than 4 MiB',
      );
    });

    it('as a path pattern with many stars', () => {
      expect(new PathPattern('*a'.repeat(30) + 'b').matches('a'.repeat(2000))).toBe(false);
      expect(new IgnoreMatcher(['**/a'.repeat(30) + '/b']).matches('a/'.repeat(500) + 'c')).toBe(false);
    });
  });
});

/** @returns the message of the refusal, or undefined */
async function planOrRefuse(text: string): Promise<string | undefined> {
  try {
    await resolveBuild(planBuild(text), () => Promise.resolve(BASE));
    return undefined;
  } catch (error) {
    if (error instanceof DockerfileError) return error.message;
    throw error;
  }
}

const PIECES = [
  '\n',
  '\\\n',
  '\\',
  '"',
  "'",
  '$',
  '${',
  '}',
  '<<',
  '<<-EOF',
  '--',
  '=',
  ',',
  '[',
  ']',
  '#',
  ':',
  '/',
  ' ',
  '\t',
  '\r',
  '\0',
  'FROM ',
  'ONBUILD ',
  'AS ',
  '*',
  '%',
  'é',
  '\u{1f40b}',
  '0',
  '-1',
];

/** Removes, repeats or inserts pieces in one to four places. */
function mutate(text: string, random: () => number): string {
  let mutant = text;
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let count = 1 + below(4); count > 0; count--) {
    const start = below(mutant.length);
    const end = Math.min(mutant.length, start + below(20));
    const replacement = [
      '',
      PIECES[below(PIECES.length)] ?? '',
      mutant.slice(start, end).repeat(2),
      String.fromCharCode(below(128)),
      mutant.slice(below(mutant.length)).slice(0, 30),
    ][below(5)];
    mutant = mutant.slice(0, start) + (replacement ?? '') + mutant.slice(end);
  }
  return mutant;
}

/** Numbers from 0 to 1, the same for the same seed. @source Tommy Ettinger, mulberry32 */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
