import { instruction, type Instruction } from '../instruction.ts';
import { type SystemRegister, systemRegisters } from './system-registers.ts';

const binary = (value: number, bits: number) => value.toString(2).padStart(bits, '0');

function systemRegisterRows({ name, encoding, read, write }: SystemRegister): Instruction[] {
  const [op0, op1, CRn, CRm, op2] = encoding;
  const bits = `${binary(op0, 2)}${binary(op1, 3)}${binary(CRn, 4)}${binary(CRm, 4)}${binary(op2, 3)}`;
  const rows = [
    instruction({
      name: `MRS ${name}`,
      pattern: `1101010100 1 ${bits} Rt:5` as '11 Rt:5',
      // Linux reads the identification registers for programs.
      ...(op1 === 0 && CRn === 0 ? { feature: 'cpuid' as const } : {}),
      assembly: `mrs {Rt:x}, ${name}`,
      semantics(m, { Rt }) {
        m.writeX(Rt, read(m));
      },
    }),
  ];
  if (!write) return rows;
  const writing = instruction({
    name: `MSR ${name}`,
    pattern: `1101010100 0 ${bits} Rt:5` as '11 Rt:5',
    assembly: `msr ${name}, {Rt:x}`,
    semantics(m, { Rt }) {
      write(m, m.readX(Rt));
    },
  });
  return [...rows, writing];
}

const yields = (f: { readonly CRm: number; readonly op2: number }) => f.CRm === 0 && f.op2 >= 1 && f.op2 <= 3;

const hintOf = (f: { readonly CRm: number; readonly op2: number }) => f.CRm * 8 + f.op2;

/** Names of hints, of whichever extension. */
const hintNames: Readonly<Record<number, string>> = {
  0: 'nop',
  4: 'sev',
  5: 'sevl',
  7: 'xpaclri',
  8: 'pacia1716',
  10: 'pacib1716',
  12: 'autia1716',
  14: 'autib1716',
  16: 'esb',
  17: 'psb csync',
  18: 'tsb csync',
  20: 'csdb',
  22: 'clearbhb',
  24: 'paciaz',
  25: 'paciasp',
  26: 'pacibz',
  27: 'pacibsp',
  28: 'autiaz',
  29: 'autiasp',
  30: 'autibz',
  31: 'autibsp',
  32: 'bti',
  34: 'bti c',
  36: 'bti j',
  38: 'bti jc',
};

/** What a barrier orders: domain, and loads, stores or both. */
const barrierNames = ['osh', 'nsh', 'ish', ''].flatMap((domain) => [
  '',
  domain === '' ? 'ld' : `${domain}ld`,
  domain === '' ? 'st' : `${domain}st`,
  domain === '' ? 'sy' : domain,
]);

/** Barriers that CRm gives a name of their own. */
const speculationBarriers: Readonly<Record<number, string>> = { 0: 'ssbb', 4: 'pssbb' };

/** SYS takes XZR for no argument. */
const systemArgument = (f: { readonly Rt: number }) => ({ argument: f.Rt === 31 ? '' : `, x${f.Rt}` });

/** @source Arm ARM DDI 0487, C4.1 "Hints", "Barriers", "System instructions", "System register move" */
export const system = [
  instruction({
    name: 'HINT',
    // Every hint is a NOP on a machine without its extension; CHKFEAT thereby leaves X16 as it is.
    pattern: '1101010100 0 00 011 0010 CRm:4 op2:3 11111',
    when: (f) => !yields(f),
    assembly: (f) => `hint #0x${hintOf(f).toString(16)}`,
    aliases: [
      { when: (f) => hintNames[hintOf(f)] !== undefined, assembly: (f) => hintNames[hintOf(f)] ?? '' },
    ],
    hot: true,
    semantics() {},
  }),
  instruction({
    name: 'YIELD/WFE/WFI',
    pattern: '1101010100 0 00 011 0010 CRm:4 op2:3 11111',
    when: yields,
    assembly: (f) => `hint #0x${hintOf(f).toString(16)}`,
    aliases: [{ when: () => true, assembly: (f) => ['', 'yield', 'wfe', 'wfi'][f.op2] ?? '' }],
    semantics(m) {
      m.yieldTask();
    },
  }),
  instruction({
    name: 'CLREX',
    pattern: '1101010100 0 00 011 0011 #CRm:4 010 11111',
    assembly: 'clrex{option}',
    operands: (f) => ({ option: f.CRm === 15 ? '' : ` #0x${f.CRm.toString(16)}` }),
    semantics(m) {
      m.writeState('exclusiveAddress', m.constant(64, -1n));
    },
  }),
  instruction({
    name: 'DSB/DMB/ISB',
    pattern: '1101010100 0 00 011 0011 #CRm:4 1 opc:2 11111',
    when: (f) => f.opc !== 3,
    assembly: (f) => (f.opc === 2 ? 'isb{option}' : `${['dsb', 'dmb'][f.opc]} {barrier}`),
    operands: (f) => {
      const number = `#0x${f.CRm.toString(16).padStart(f.opc === 2 ? 1 : 2, '0')}`;
      return { barrier: barrierNames[f.CRm] || number, option: f.CRm === 15 ? '' : ` ${number}` };
    },
    aliases: Object.entries(speculationBarriers).map(([CRm, name]) => ({
      when: (f) => f.opc === 0 && f.CRm === Number(CRm),
      assembly: name,
    })),
    hot: true,
    // One host thread executes all guest threads in turn: memory is always in order.
    semantics() {},
  }),
  instruction({
    name: 'DC ZVA',
    pattern: '1101010100 0 01 011 0111 0100 001 Rt:5',
    assembly: 'sys #3, C7, C4, #1{argument}',
    operands: systemArgument,
    aliases: [{ when: () => true, assembly: 'dc zva, {Rt:x}' }],
    semantics(m, { Rt }) {
      const line = m.and(m.readX(Rt), m.constant(64, -64n));
      m.probe(line, 64, 'write');
      const zero = m.vectorConstant(Array.from({ length: 16 }, () => 0));
      for (let offset = 0; offset < 64; offset += 16)
        m.storeVector(m.add(line, m.constant(64, offset)), zero);
    },
  }),
  instruction({
    name: 'DC CVAC/CVAU/CVAP/CIVAC',
    pattern: '1101010100 0 01 011 0111 CRm:4 001 Rt:5',
    when: (f) => [10, 11, 12, 14].includes(f.CRm),
    feature: (f) => (f.CRm === 12 ? 'dcpop' : undefined),
    assembly: (f) => `sys #3, C7, C${f.CRm}, #1{argument}`,
    operands: systemArgument,
    aliases: [
      {
        when: () => true,
        assembly: (f) => `dc ${{ 10: 'cvac', 11: 'cvau', 12: 'cvap', 14: 'civac' }[f.CRm]}, {Rt:x}`,
      },
    ],
    semantics() {},
  }),
  instruction({
    name: 'IC IVAU',
    pattern: '1101010100 0 01 011 0111 0101 001 Rt:5',
    assembly: 'sys #3, C7, C5, #1{argument}',
    operands: systemArgument,
    aliases: [{ when: () => true, assembly: 'ic ivau, {Rt:x}' }],
    semantics(m, { Rt }) {
      m.invalidateCode(m.readX(Rt));
    },
  }),
  ...systemRegisters.flatMap(systemRegisterRows),
];
