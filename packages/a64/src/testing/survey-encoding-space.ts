/**
 * Samples the encoding space: which words have a row, and which ones objdump knows beside those, by group and extension:
 * `pnpm --filter @boxer/a64 survey:encoding-space -- [--rounds N] [--seed N]`. Writes results/encoding-space.json.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isAllocated } from '../allocation.ts';
import { decode } from '../decoder.ts';
import { encodingGroups, groupOf } from '../reference/encoding-groups.ts';
import type { EncodingSpaceResults, GroupSurvey } from '../reference/results.ts';
import { extensionsOf } from './extensions.ts';
import { objdumpVersion, objdumpWords } from './objdump.ts';
import { randomWords } from './random-words.ts';

const { values } = parseArgs({
  // pnpm passes its own "--" on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { rounds: { type: 'string', default: '4' }, seed: { type: 'string', default: '1' } },
});
const version = objdumpVersion();
if (version === undefined) {
  console.error(
    'aarch64-linux-gnu-objdump is not installed (Debian: binutils-aarch64-linux-gnu): nothing surveyed',
  );
  process.exit(2);
}

/** Instructions that are written alike but for numbers, with some of them. */
interface Shape {
  readonly examples: string[];
  readonly counts: Map<string, number>;
}

/** Operands decide whether the assembler accepts an instruction again, so one example is not enough. */
const EXAMPLES = 5;
/** Bits of a word that are taken at random; of the others every combination is. Mostly registers. */
const RANDOM_BITS = 10;
const SLICE = 2 ** 20;
const sampled = new Map<string, number>();
const allocated = new Map<string, number>();
const shapes = new Map<string, Shape>();
const random = randomWords(Number(values.seed));
const combinations = 2 ** (32 - RANDOM_BITS);
for (let start = 0; start < Number(values.rounds) * combinations; start += SLICE) {
  const words = Uint32Array.from(
    { length: SLICE },
    (_, i) => ((start + i) << RANDOM_BITS) | (random() >>> (32 - RANDOM_BITS)),
  );
  for await (const { word, text } of objdumpWords(words)) survey(word, text);
}
await write(version);

function survey(word: number, text: string): void {
  const { name } = groupOf(word);
  count(sampled, name);
  const decoded = decode(word);
  if (decoded) {
    if (isAllocated(decoded.instruction, word, decoded.fields)) count(allocated, name);
    return;
  }
  if (text.startsWith('.inst') || text.startsWith('udf')) return;
  const key = text.replaceAll(/\b0x[0-9a-f]+|\d+/g, 'N');
  const shape: Shape = shapes.get(key) ?? { examples: [], counts: new Map() };
  shapes.set(key, shape);
  if (shape.examples.length < EXAMPLES) shape.examples.push(text);
  count(shape.counts, name);
}

function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** The extension of a shape: that of any of its examples. */
function extensionOf({ examples }: Shape, known: ReadonlyMap<string, string>): string {
  const found = examples.map((text) => known.get(text)).find((name) => name !== undefined);
  if (found !== undefined) return found;
  return examples.some((text) => /\b([zp]\d|za)/.test(text)) ? 'SVE and SME (others)' : 'others';
}

async function write(objdump: string): Promise<void> {
  const known = extensionsOf([...shapes.values()].flatMap(({ examples }) => examples));
  const missing = new Map(encodingGroups.map(({ name }) => [name, new Map<string, number>()]));
  const mnemonics = new Map<string, Set<string>>();
  for (const shape of shapes.values()) {
    const extension = extensionOf(shape, known);
    const [mnemonic = ''] = (shape.examples[0] ?? '').split(' ');
    mnemonics.set(extension, (mnemonics.get(extension) ?? new Set()).add(mnemonic));
    if (extension === 'others') console.log(`Of no extension that the assembler knows: ${shape.examples[0]}`);
    for (const [group, words] of shape.counts) count(missing.get(group) ?? new Map(), extension, words);
  }
  const groups = encodingGroups.map(({ name }): GroupSurvey => ({
    name,
    sampled: sampled.get(name) ?? 0,
    allocated: allocated.get(name) ?? 0,
    missing: Object.fromEntries([...(missing.get(name) ?? [])].sort(([, a], [, b]) => b - a)),
  }));
  const results: EncodingSpaceResults = {
    objdump,
    seed: Number(values.seed),
    groups,
    mnemonics: Object.fromEntries([...mnemonics].map(([extension, names]) => [extension, [...names].sort()])),
  };
  const file = fileURLToPath(new URL('../../results/encoding-space.json', import.meta.url));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(
    `${file}: ${Number(values.rounds) * combinations} words, ${shapes.size} shapes of missing instructions`,
  );
}
