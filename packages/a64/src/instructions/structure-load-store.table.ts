import { instruction, type Instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, GeneralRegister, Value, Vector, VectorRegister } from '../value.ts';

/** How the base register moves afterwards. */
type Indexing = 'none' | 'immediate' | 'register';

/** Interleaving and number of registers, by opcode. */
const multipleForms: Readonly<Record<number, { readonly structure: number; readonly registers: number }>> = {
  0b0000: { structure: 4, registers: 4 },
  0b0010: { structure: 1, registers: 4 },
  0b0100: { structure: 3, registers: 3 },
  0b0110: { structure: 1, registers: 3 },
  0b0111: { structure: 1, registers: 1 },
  0b1000: { structure: 2, registers: 2 },
  0b1010: { structure: 1, registers: 2 },
};

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * A vector whose byte i is byte `pick(i)` of the sources laid end to end, 16 bytes each; undefined leaves it open.
 */
function gather(m: Machine, sources: readonly Vector[], pick: (byte: number) => number | undefined): Vector {
  const wanted = range(16).map((byte) => pick(byte));
  const [first] = sources;
  if (!first) throw new RangeError('Nothing to gather from');
  let result = m.shuffle(
    first,
    first,
    wanted.map((from) => (from !== undefined && from < 16 ? from : 0)),
  );
  sources.forEach((source, at) => {
    const fromHere = wanted.map((from) =>
      from !== undefined && from >> 4 === at ? 16 + (from & 15) : undefined,
    );
    if (at === 0 || fromHere.every((lane) => lane === undefined)) return;
    result = m.shuffle(
      result,
      source,
      fromHere.map((lane, byte) => lane ?? byte),
    );
  });
  return result;
}

/** Reads a multiple of 8 bytes from probed memory, as vectors of 16. */
function loadBytes(m: Machine, address: Value<64>, bytes: number): Vector[] {
  const at = (offset: number) => m.add(address, m.constant(64, offset));
  return range(Math.ceil(bytes / 16)).map((i) =>
    bytes - 16 * i >= 16 ? m.loadVector(at(16 * i)) : m.splat('i64x2', m.load(64, at(16 * i), { width: 64 })),
  );
}

function storeBytes(m: Machine, address: Value<64>, bytes: number, vectors: readonly Vector[]): void {
  vectors.forEach((vector, i) => {
    const at = m.add(address, m.constant(64, 16 * i));
    if (bytes - 16 * i >= 16) m.storeVector(at, vector);
    else m.store(64, at, m.extract('i64x2', vector, 0));
  });
}

interface Multiple {
  readonly structure: number;
  readonly registers: number;
  readonly elementBytes: number;
  /** 8 or 16 */
  readonly registerBytes: number;
}

/** Where byte `byte` of register `register` lies in memory. */
function memoryOffset(form: Multiple, register: number, byte: number): number {
  const { structure, elementBytes, registerBytes } = form;
  if (structure === 1) return register * registerBytes + byte;
  const element = Math.floor(byte / elementBytes);
  return (element * structure + register) * elementBytes + (byte % elementBytes);
}

function loadMultiple(m: Machine, form: Multiple, address: Value<64>): Vector[] {
  const bytes = form.registers * form.registerBytes;
  m.probe(address, bytes, 'read');
  const memory = loadBytes(m, address, bytes);
  if (form.structure === 1 && form.registerBytes === 16) return memory;
  return range(form.registers).map((register) =>
    gather(m, memory, (byte) => (byte < form.registerBytes ? memoryOffset(form, register, byte) : undefined)),
  );
}

function storeMultiple(m: Machine, form: Multiple, address: Value<64>, values: readonly Vector[]): void {
  const bytes = form.registers * form.registerBytes;
  m.probe(address, bytes, 'write');
  const sourceOf = new Map<number, number>();
  for (const register of range(form.registers)) {
    for (const byte of range(form.registerBytes))
      sourceOf.set(memoryOffset(form, register, byte), register * 16 + byte);
  }
  const memory = range(Math.ceil(bytes / 16)).map((i) =>
    gather(m, values, (byte) => sourceOf.get(16 * i + byte)),
  );
  storeBytes(m, address, bytes, memory);
}

interface BaseUpdate {
  readonly indexing: Indexing;
  readonly Rn: GeneralRegister;
  readonly Rm?: GeneralRegister;
  readonly bytes: number;
}

/** Reads the base register. @returns its value and what moves it */
function baseRegister(m: Machine, { indexing, Rn, Rm, bytes }: BaseUpdate): [Value<64>, () => void] {
  const base = m.readXsp(Rn);
  if (indexing === 'none') return [base, () => {}];
  const step = indexing === 'register' && Rm ? m.readX(Rm) : m.constant(64, bytes);
  return [base, () => m.writeXsp(Rn, m.add(base, step))];
}

const registersFrom = (m: Machine, Vt: VectorRegister, count: number) =>
  range(count).map((i) => m.nextV(Vt, i));

const stepText = (bytes: number, Rm?: number) => ({
  step: Rm === undefined || Rm === 31 ? `#${bytes}` : `x${Rm}`,
});

const suffix = (indexing: Indexing) => (indexing === 'none' ? '' : ', {step}');

function multipleName(indexing: Indexing): string {
  return `LD1…LD4/ST1…ST4 (multiple structures${indexing === 'none' ? '' : `, post-indexed by ${indexing}`})`;
}

function multipleRow(indexing: Indexing): Instruction {
  const text = { none: '0 L 000000', immediate: '1 L 0 11111', register: '1 L 0 Rm:5' }[indexing];
  // The type is that of the longest form; the others lack Rm.
  const pattern =
    `0 Q 001100 ${text} opcode:4 size:2 Rn:5 Vt:5` as '0 Q 001100 1 L 0 Rm:5 opcode:4 size:2 Rn:5 Vt:5';
  const bytesOf = (f: { Q: number; opcode: number }) =>
    (multipleForms[f.opcode]?.registers ?? 0) * (f.Q ? 16 : 8);
  return instruction({
    name: multipleName(indexing),
    pattern,
    ...(indexing === 'immediate' ? { refines: multipleName('register') } : {}),
    when: (f) => {
      const form = multipleForms[f.opcode];
      return form !== undefined && (form.structure === 1 || f.size < 3 || f.Q === 1);
    },
    assembly: (f) => {
      const form = multipleForms[f.opcode];
      return `${f.L ? 'ld' : 'st'}${form?.structure} {Vt*${form?.registers}.T}, [{Rn|sp}]${suffix(indexing)}`;
    },
    operands: (f) => stepText(bytesOf(f), f.Rm),
    semantics(m, { Q, L, Rm, opcode, size, Rn, Vt }) {
      const { structure, registers } = multipleForms[opcode] ?? { structure: 1, registers: 1 };
      const form = { structure, registers, elementBytes: 1 << size, registerBytes: Q ? 16 : 8 };
      const bytes = registers * form.registerBytes;
      const [base, moveBase] = baseRegister(m, { indexing, Rn, Rm, bytes });
      const targets = registersFrom(m, Vt, registers);
      if (L) {
        const values = loadMultiple(m, form, base);
        moveBase();
        targets.forEach((target, i) => {
          const value = values[i];
          if (value) m.writeV(target, value, Q ? 128 : 64);
        });
      } else {
        storeMultiple(
          m,
          form,
          base,
          targets.map((target) => m.readV(target)),
        );
        moveBase();
      }
    },
  });
}

/** Element sizes of single structures: what opcode, S and size mean, and the element's index from Q, S and size. */
const singleForms = [
  { bits: 8, opcode: '00', tail: '#S:1 #size:2', indexBits: 4 },
  { bits: 16, opcode: '01', tail: '#S:1 #size:1 0', indexBits: 3 },
  { bits: 32, opcode: '10', tail: '#S:1 00', indexBits: 2 },
  { bits: 64, opcode: '10', tail: '0 01', indexBits: 1 },
] as const;

const singleIndexing: Readonly<Record<Indexing, string>> = {
  none: '0 L R 00000',
  immediate: '1 L R 11111',
  register: '1 L R Rm:5',
};

function singleName(bits: number, indexing: Indexing): string {
  return `LD1…LD4/ST1…ST4 (single structure, ${bits} bits${indexing === 'none' ? '' : `, post-indexed by ${indexing}`})`;
}

/** Joins fields to a number, the first one uppermost. */
function join(m: Machine, parts: readonly { readonly value: Value<32>; readonly bits: number }[]): Value<32> {
  return parts.reduce(
    (number, { value, bits }) => m.or(m.shl(number, m.constant(32, bits)), value),
    m.constant(32, 0),
  );
}

function singleRow(form: (typeof singleForms)[number], indexing: Indexing): Instruction {
  const pattern =
    `0 #Q:1 001101 ${singleIndexing[indexing]} ${form.opcode} o ${form.tail} Rn:5 Vt:5` as '0 #Q:1 001101 1 L R Rm:5 00 o #S:1 #size:2 Rn:5 Vt:5';
  const bits = form.bits as ElementBits;
  const count = (f: { o: number; R: number }) => f.o * 2 + f.R + 1;
  return instruction({
    name: singleName(bits, indexing),
    pattern,
    ...(indexing === 'immediate' ? { refines: singleName(bits, 'register') } : {}),
    assembly: (f) =>
      `${f.L ? 'ld' : 'st'}${count(f)} {Vt*${count(f)}:${'bhsd'[Math.log2(bits / 8)]}}[{index}], [{Rn|sp}]${suffix(indexing)}`,
    operands: (f) => ({
      ...stepText((count(f) * bits) / 8, f.Rm),
      index:
        ((f.Q << 3) | ((f.S ?? 0) << 2) | (bits === 16 ? (f.size ?? 0) << 1 : (f.size ?? 0))) >>
        (4 - form.indexBits),
    }),
    semantics(m, { Q, L, R, Rm, o, S, size, Rn, Vt }) {
      const registers = count({ o, R });
      const bytes = (registers * bits) / 8;
      const [base, moveBase] = baseRegister(m, { indexing, Rn, Rm, bytes });
      // Q:S:size, as many of its upper bits as the element size leaves.
      const parts = [
        { value: Q, bits: 1 },
        { value: S, bits: 1 },
        { value: size, bits: bits === 8 ? 2 : 1 },
      ];
      const index = join(m, parts.slice(0, { 8: 3, 16: 3, 32: 2, 64: 1 }[form.bits]));
      const targets = registersFrom(m, Vt, registers);
      const addressOf = (i: number) => m.add(base, m.constant(64, (i * bits) / 8));
      m.probe(base, bytes, L ? 'read' : 'write');
      if (L) {
        const values = targets.map((_, i) => m.load(bits, addressOf(i)));
        moveBase();
        targets.forEach((target, i) => {
          const value = values[i];
          if (value) m.writeElement(target, bits, index, value);
        });
      } else {
        targets.forEach((target, i) => m.store(bits, addressOf(i), m.readElement(target, bits, index)));
        moveBase();
      }
    },
  });
}

function replicateName(indexing: Indexing): string {
  return `LD1R…LD4R${indexing === 'none' ? '' : ` (post-indexed by ${indexing})`}`;
}

const shapes = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;

function replicateRow(indexing: Indexing): Instruction {
  const text = { none: '0 1 R 00000', immediate: '1 1 R 11111', register: '1 1 R Rm:5' }[indexing];
  const pattern =
    `0 Q 001101 ${text} 11 o 0 size:2 Rn:5 Vt:5` as '0 Q 001101 1 1 R Rm:5 11 o 0 size:2 Rn:5 Vt:5';
  const count = (f: { o: number; R: number }) => f.o * 2 + f.R + 1;
  return instruction({
    name: replicateName(indexing),
    pattern,
    ...(indexing === 'immediate' ? { refines: replicateName('register') } : {}),
    assembly: (f) => `ld${count(f)}r {Vt*${count(f)}.T}, [{Rn|sp}]${suffix(indexing)}`,
    operands: (f) => stepText(count(f) << f.size, f.Rm),
    semantics(m, { Q, R, Rm, o, size, Rn, Vt }) {
      const registers = count({ o, R });
      const bits = (8 << size) as ElementBits;
      const [base, moveBase] = baseRegister(m, { indexing, Rn, Rm, bytes: registers << size });
      m.probe(base, registers << size, 'read');
      const targets = registersFrom(m, Vt, registers);
      const values = targets.map((_, i) => m.load(bits, m.add(base, m.constant(64, i << size))));
      moveBase();
      targets.forEach((target, i) => {
        const value = values[i];
        if (value) m.writeV(target, m.splat(shapes[size] ?? 'i8x16', value), Q ? 128 : 64);
      });
    },
  });
}

const indexings: readonly Indexing[] = ['none', 'immediate', 'register'];

/** @source Arm ARM DDI 0487, C4.1 "Advanced SIMD load/store multiple structures", "single structure", "(post-indexed)" */
export const structureLoadStore: readonly Instruction[] = indexings.flatMap((indexing) => [
  multipleRow(indexing),
  ...singleForms.map((form) => singleRow(form, indexing)),
  replicateRow(indexing),
]);
