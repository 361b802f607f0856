import { instruction } from '../instruction.ts';

/** @source Arm ARM DDI 0487, "CRC32B, CRC32H, CRC32W, CRC32X" and "CRC32CB, CRC32CH, CRC32CW, CRC32CX" */
export const crc32 = [
  instruction({
    name: 'CRC32/CRC32C',
    pattern: 'sf 0011010110 Rm:5 010 C size:2 Rn:5 Rd:5',
    when: (f) => (f.size === 3) === (f.sf === 1),
    assembly: (f) => `crc32${f.C ? 'c' : ''}${'bhwx'[f.size]} {Rd:w}, {Rn:w}, {Rm}`,
    semantics(m, { sf, Rm, C, size, Rn, Rd }) {
      const value = m.resize(m.readX(Rm, sf ? 64 : 32), 64);
      const bytes = m.constant(32, 1 << size);
      m.writeX(Rd, m.support(C ? 'crc32c' : 'crc32', m.readX(Rn, 32), value, bytes));
    },
  }),
];
