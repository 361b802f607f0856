import { instruction } from '../instruction.ts';

const aes = ['aesEncrypt', 'aesDecrypt', 'aesMixColumns', 'aesInverseMixColumns'] as const;
const aesMnemonics = ['aese', 'aesd', 'aesmc', 'aesimc'];

const sha = [
  ['sha1c', 'sha1Choose'],
  ['sha1p', 'sha1Parity'],
  ['sha1m', 'sha1Majority'],
  ['sha1su0', 'sha1Schedule0'],
  ['sha256h', 'sha256Hash'],
  ['sha256h2', 'sha256Hash2'],
  ['sha256su1', 'sha256Schedule1'],
] as const;
const shaOf = (opcode: number) => sha[opcode] ?? sha[0];

/** Operands as Arm writes them: some vectors are scalars holding one value. */
const shaOperands = (opcode: number) =>
  opcode < 3
    ? '{Vd:q}, {Vn:s}, {Vm:4s}'
    : opcode === 4 || opcode === 5
      ? '{Vd:q}, {Vn:q}, {Vm:4s}'
      : '{Vd:4s}, {Vn:4s}, {Vm:4s}';

/** @source Arm ARM DDI 0487, "Cryptographic AES", "Cryptographic three-register SHA", "Cryptographic two-register SHA" */
export const crypto = [
  instruction({
    name: 'AESE/AESD/AESMC/AESIMC',
    pattern: '0100111000101000 01 opcode:2 10 Vn:5 Vd:5',
    feature: 'aes',
    assembly: (f) => `${aesMnemonics[f.opcode]} {Vd:16b}, {Vn:16b}`,
    semantics(m, { opcode, Vn, Vd }) {
      const state = opcode < 2 ? m.wasm('v128.xor', m.readV(Vd), m.readV(Vn)) : m.readV(Vn);
      m.writeV(Vd, m.support(aes[opcode] ?? 'aesEncrypt', state));
    },
  }),
  instruction({
    name: 'SHA1C/SHA1P/SHA1M/SHA1SU0/SHA256H/SHA256H2/SHA256SU1',
    pattern: '01011110000 Vm:5 0 opcode:3 00 Vn:5 Vd:5',
    when: (f) => f.opcode < sha.length,
    feature: (f) => (f.opcode < 4 ? 'sha1' : 'sha2'),
    assembly: (f) => `${shaOf(f.opcode)[0]} ${shaOperands(f.opcode)}`,
    semantics(m, { Vm, opcode, Vn, Vd }) {
      m.writeV(Vd, m.support(shaOf(opcode)[1], m.readV(Vd), m.readV(Vn), m.readV(Vm)));
    },
  }),
  instruction({
    name: 'SHA1H',
    pattern: '0101111000101000 00 00 10 Vn:5 Vd:5',
    feature: 'sha1',
    assembly: 'sha1h {Vd:s}, {Vn:s}',
    semantics(m, { Vn, Vd }) {
      m.writeScalar(Vd, 32, m.ror(m.readElement(Vn, 32, 0, { width: 32 }), m.constant(32, 2)));
    },
  }),
  instruction({
    name: 'SHA1SU1/SHA256SU0',
    pattern: '0101111000101000 00 opcode:2 10 Vn:5 Vd:5',
    when: (f) => f.opcode === 1 || f.opcode === 2,
    feature: (f) => (f.opcode === 1 ? 'sha1' : 'sha2'),
    assembly: (f) => `${f.opcode === 1 ? 'sha1su1' : 'sha256su0'} {Vd:4s}, {Vn:4s}`,
    semantics(m, { opcode, Vn, Vd }) {
      const name = opcode === 1 ? 'sha1Schedule1' : 'sha256Schedule0';
      m.writeV(Vd, m.support(name, m.readV(Vd), m.readV(Vn)));
    },
  }),
  instruction({
    name: 'PMULL/PMULL2',
    pattern: '0 Q 001110 size:2 1 Vm:5 1110 00 Vn:5 Vd:5',
    when: (f) => f.size === 0 || f.size === 3,
    feature: (f) => (f.size ? 'pmull' : 'asimd'),
    assembly(f) {
      const source = f.size ? `${f.Q + 1}d` : `${f.Q ? 16 : 8}b`;
      return `pmull${f.Q ? '2' : ''} {Vd:${f.size ? '1q' : '8h'}}, {Vn:${source}}, {Vm:${source}}`;
    },
    semantics(m, { Q, size, Vm, Vn, Vd }) {
      const half = (register: typeof Vn) => m.readElement(register, 64, Q, { width: 64 });
      m.writeV(Vd, m.support(size ? 'polynomialMultiply64' : 'polynomialMultiply8', half(Vn), half(Vm)));
    },
  }),
];
