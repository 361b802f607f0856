import { combinations } from '../graph/variant.ts';
import { execute } from '../oracle/oracle.ts';
import { emptyMachine } from '../testing/empty-machine.ts';
import { featureOf, instructionClasses } from './index.ts';

/** MRS X0 of op0 3, op1 0, CRn 0. */
function identification(CRm: number, op2: number): bigint {
  const { state, memory } = emptyMachine();
  expect(execute(state, memory, (0xd5380000 | (CRm << 8) | (op2 << 5)) >>> 0)).toBe('next');
  return state.x[0] ?? 0n;
}

/**
 * Where Linux finds a feature: register, lowest bit of the field, least value.
 *
 * @source Linux arch/arm64/kernel/cpufeature.c, arm64_elf_hwcaps; fields of floating point are -1 where it is absent
 */
const fields: readonly (readonly [feature: string, CRm: number, op2: number, low: number, least: number])[] =
  [
    ['fp', 4, 0, 16, 0],
    ['fphp', 4, 0, 16, 1],
    ['asimd', 4, 0, 20, 0],
    ['asimdhp', 4, 0, 20, 1],
    ['aes', 6, 0, 4, 1],
    ['pmull', 6, 0, 4, 2],
    ['sha1', 6, 0, 8, 1],
    ['sha2', 6, 0, 12, 1],
    ['sha512', 6, 0, 12, 2],
    ['crc32', 6, 0, 16, 1],
    ['atomics', 6, 0, 20, 2],
    ['asimdrdm', 6, 0, 28, 1],
    ['sha3', 6, 0, 32, 1],
    ['sm3', 6, 0, 36, 1],
    ['sm4', 6, 0, 40, 1],
    ['asimddp', 6, 0, 44, 1],
    ['asimdfhm', 6, 0, 48, 1],
    ['flagm', 6, 0, 52, 1],
    ['dcpop', 6, 1, 0, 1],
    ['paca', 6, 1, 4, 1],
    ['jscvt', 6, 1, 12, 1],
    ['fcma', 6, 1, 16, 1],
    ['lrcpc', 6, 1, 20, 1],
    ['ilrcpc', 6, 1, 20, 2],
    ['frint', 6, 1, 32, 1],
    ['sb', 6, 1, 36, 1],
    ['bf16', 6, 1, 44, 1],
    ['i8mm', 6, 1, 52, 1],
  ];

describe('the instruction table', () => {
  it('has rows of just the features that the identification registers announce', () => {
    const announced = fields
      .filter(([, CRm, op2, low, least]) => {
        const value = (identification(CRm, op2) >> BigInt(low)) & 15n;
        return BigInt.asIntN(CRm === 4 ? 4 : 5, value) >= BigInt(least);
      })
      .map(([feature]) => feature);
    const present = instructionClasses.flatMap((group) =>
      group.rows.flatMap((row) =>
        combinations(row.pattern.fields.filter(({ kind }) => kind === 'static'))
          .filter((statics) => row.when(statics))
          .map((statics) => featureOf(group, row, statics)),
      ),
    );
    // Linux announces "cpuid" where it lets programs read these registers at all.
    const features = new Set(present.filter((feature) => feature !== undefined && feature !== 'cpuid'));
    expect([...features].sort()).toEqual(announced.sort());
  });
});
