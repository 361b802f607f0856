import { readFile } from 'node:fs/promises';
import { groupOfPattern } from './encoding-groups.ts';
import { allocations } from '../encoding-space.ts';
import { instructions } from '../instructions/index.ts';
import type { DisassemblyResults, EncodingSpaceResults } from './results.ts';

const read = async <T>(name: string) =>
  JSON.parse(await readFile(new URL(`../../results/${name}.json`, import.meta.url), 'utf8')) as T;

// Oracle: GNU objdump and the GNU assembler, as the scripts compare:objdump and survey:encoding-space recorded them.
describe('the recorded results', () => {
  it('find no difference in disassembly', async () => {
    const { comparisons } = await read<DisassemblyResults>('disassembly');
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ different }) => different > 0)).toEqual([]);
  });

  it('find nothing missing of the features that the table has, but for what programs may not use', async () => {
    const { groups } = await read<EncodingSpaceResults>('encoding-space');
    const ours = ['Armv8.0-A', 'RDM', 'FP16', 'Armv8.2-A', 'DotProd', 'LRCPC'];
    const missing = groups
      .filter(({ name }) => name !== 'Branches, exceptions, system')
      .flatMap(({ name, missing: found }) =>
        ours.filter((feature) => found[feature]).map((feature) => [name, feature]),
      );
    expect(missing).toEqual([]);
  });

  it('are those of this table', async () => {
    const { groups } = await read<EncodingSpaceResults>('encoding-space');
    const words = new Map<string, number>();
    for (const { encoding, words: count } of allocations(instructions)) {
      const { name } = groupOfPattern(encoding.mask, encoding.value);
      words.set(name, (words.get(name) ?? 0) + count);
    }
    const sampled = groups.reduce((sum, group) => sum + group.sampled, 0);
    for (const { name, allocated } of groups) {
      // Five standard deviations of a random sample; that of the survey is closer.
      const share = (words.get(name) ?? 0) / 2 ** 32;
      const tolerance = 5 * Math.sqrt((share * (1 - share)) / sampled) + Number.EPSILON;
      expect(Math.abs(allocated / sampled - share)).toBeLessThanOrEqual(tolerance);
    }
  });
});
