import type { Machine } from '../machine.ts';
import type { Value } from '../value.ts';

/** A register that EL0 can read, and perhaps write. */
export interface SystemRegister {
  readonly name: string;
  /** op0 (2 or 3), op1, CRn, CRm, op2. */
  readonly encoding: readonly [number, number, number, number, number];
  readonly read: (m: Machine) => Value<64>;
  readonly write?: (m: Machine, value: Value<64>) => void;
}

const constant = (value: bigint) => (m: Machine) => m.constant(64, value);

function readNzcv(m: Machine): Value<64> {
  const place = (flag: 'n' | 'z' | 'c' | 'v', bit: number) => m.shl(m.readFlag(flag), m.constant(32, bit));
  return m.zext(m.or(m.or(place('n', 31), place('z', 30)), m.or(place('c', 29), place('v', 28))));
}

function writeNzcv(m: Machine, value: Value<64>): void {
  const bit = (position: number) => m.and(m.lsr(m.wrap(value), m.constant(32, position)), m.constant(32, 1));
  m.writeFlags(bit(31), bit(30), bit(29), bit(28));
}

/** Bits of FPCR that exist: AHP, DN, FZ, RMode, FZ16. */
const FPCR_BITS = 0x07c8_0000n;
/** Bits of FPSR that exist: QC and the cumulative flags. */
const FPSR_BITS = 0x0800_009fn;

/** Names of the identification registers that read as zero, by CRm and op2; Linux lets no other be read by name. */
const zeroNames: Readonly<Record<number, readonly (string | undefined)[]>> = {
  2: [
    'id_isar0_el1',
    'id_isar1_el1',
    'id_isar2_el1',
    'id_isar3_el1',
    'id_isar4_el1',
    'id_isar5_el1',
    'id_mmfr4_el1',
    'id_isar6_el1',
  ],
  3: ['mvfr0_el1', 'mvfr1_el1', 'mvfr2_el1', undefined, 'id_pfr2_el1', 'id_dfr1_el1', 'id_mmfr5_el1'],
  4: [undefined, 'id_aa64pfr1_el1', undefined, undefined, 'id_aa64zfr0_el1', 'id_aa64smfr0_el1'],
  5: [undefined, 'id_aa64dfr1_el1', undefined, undefined, 'id_aa64afr0_el1', 'id_aa64afr1_el1'],
  6: [undefined, undefined, 'id_aa64isar2_el1'],
  7: [undefined, 'id_aa64mmfr1_el1', 'id_aa64mmfr2_el1'],
};
/** Those that {@link identification} gives a value. */
const hasValue = (CRm: number, op2: number) => (op2 === 0 && CRm >= 4) || (op2 === 1 && CRm === 6);

/** All others of the space that Linux emulates, named ones and reserved ones: features that are absent. */
function zeroIdentification(): SystemRegister[] {
  const all = [2, 3, 4, 5, 6, 7].flatMap((CRm) => [0, 1, 2, 3, 4, 5, 6, 7].map((op2) => [CRm, op2] as const));
  return all
    .filter(([CRm, op2]) => !hasValue(CRm, op2))
    .map(([CRm, op2]) => ({
      name: zeroNames[CRm]?.[op2] ?? `s3_0_c0_c${CRm}_${op2}`,
      encoding: [3, 0, 0, CRm, op2],
      read: constant(0n),
    }));
}

/**
 * Identification registers read as Linux shows them to EL0 on a machine with the features of this table.
 *
 * @source Linux Documentation/arch/arm64/cpu-feature-registers.rst
 */
const identification: readonly SystemRegister[] = [
  // Neoverse N1 r4p1, which has just the features of this table (and SSBS).
  { name: 'midr_el1', encoding: [3, 0, 0, 0, 0], read: constant(0x414f_d0c1n) },
  { name: 'mpidr_el1', encoding: [3, 0, 0, 0, 5], read: constant(0x8000_0000n) },
  { name: 'revidr_el1', encoding: [3, 0, 0, 0, 6], read: constant(0n) },
  // AArch64 at EL0 and EL1; halves in scalars and vectors.
  { name: 'id_aa64pfr0_el1', encoding: [3, 0, 0, 4, 0], read: constant(0x0011_0011n) },
  // AES and PMULL, SHA1, SHA256, CRC32, LSE atomics, SQRDMLAH, dot product: the rows of those tables.
  { name: 'id_aa64isar0_el1', encoding: [3, 0, 0, 6, 0], read: constant(0x0000_1000_1021_1120n) },
  // DC CVAP, LDAPR.
  { name: 'id_aa64isar1_el1', encoding: [3, 0, 0, 6, 1], read: constant(0x0010_0001n) },
  // What Linux shows of every machine: debug architecture 6; granules of 4 and 64 KiB hidden.
  { name: 'id_aa64dfr0_el1', encoding: [3, 0, 0, 5, 0], read: constant(6n) },
  { name: 'id_aa64mmfr0_el1', encoding: [3, 0, 0, 7, 0], read: constant(0xff00_0000n) },
  ...zeroIdentification(),
];

export const systemRegisters: readonly SystemRegister[] = [
  ...identification,
  /**
   * Lines of 64 bytes; DIC = IDC = 0, so that code generators execute IC IVAU, which is how the engine learns of new
   * code.
   */
  { name: 'ctr_el0', encoding: [3, 3, 0, 0, 1], read: constant(0x8444_c004n) },
  /** DC ZVA is permitted and clears 64 bytes. */
  { name: 'dczid_el0', encoding: [3, 3, 0, 0, 7], read: constant(4n) },
  { name: 'nzcv', encoding: [3, 3, 4, 2, 0], read: readNzcv, write: writeNzcv },
  {
    name: 'fpcr',
    encoding: [3, 3, 4, 4, 0],
    read: (m) => m.readState('fpcr'),
    write: (m, value) => m.writeState('fpcr', m.and(value, m.constant(64, FPCR_BITS))),
  },
  {
    name: 'fpsr',
    encoding: [3, 3, 4, 4, 1],
    read: (m) => m.readState('fpsr'),
    write: (m, value) => m.writeState('fpsr', m.and(value, m.constant(64, FPSR_BITS))),
  },
  {
    name: 'tpidr_el0',
    encoding: [3, 3, 13, 0, 2],
    read: (m) => m.readState('tpidr'),
    write: (m, value) => m.writeState('tpidr', value),
  },
  { name: 'tpidrro_el0', encoding: [3, 3, 13, 0, 3], read: constant(0n) },
  { name: 'cntfrq_el0', encoding: [3, 3, 14, 0, 0], read: constant(1_000_000_000n) },
  { name: 'cntvct_el0', encoding: [3, 3, 14, 0, 2], read: (m) => m.counter() },
];
