import type { Decoded } from '../decoder.ts';

/** Words that objdump shows otherwise than Arm's manual describes them; there the table follows the manual. */
export interface Deviation {
  readonly name: string;
  readonly why: string;
  readonly example: number;
  readonly exampleTheirs: string;
  readonly exampleOurs: string;
  readonly applies: (decoded: Decoded, word: number) => boolean;
}

/** Of GNU objdump 2.40. */
export const deviations: readonly Deviation[] = [
  {
    name: 'LDAR with should-be-one bits of 0',
    why: 'Rs and Rt2 should be ones; a CPU may ignore them, as qemu does. objdump ignores them in LDXR, LDLAR and STLR, not in LDAR.',
    example: 0xc8dcc1e8,
    exampleTheirs: '.inst 0xc8dcc1e8',
    exampleOurs: 'ldar x8, [x15]',
    applies: ({ instruction, fields }, word) =>
      instruction.name === 'LDAR/LDLAR' && fields['o0'] === 1 && (word & 0x001f_7c00) !== 0x001f_7c00,
  },
  {
    name: 'LDPSW of one register twice, or of its base',
    why: 'Constrained unpredictable, like those of LDP, which objdump shows; qemu executes both.',
    example: 0x69f4ddce,
    exampleTheirs: '.inst 0x69f4ddce',
    exampleOurs: 'ldpsw x14, x23, [x14, #-92]!',
    applies: ({ fields }, word) => {
      const { Rt, Rt2, Rn, mode } = fields;
      const moves = mode === 1 || mode === 3;
      return (
        (word & 0xfe40_0000) >>> 0 === 0x6840_0000 &&
        (Rt === Rt2 || (moves && Rn !== 31 && (Rn === Rt || Rn === Rt2)))
      );
    },
  },
];
