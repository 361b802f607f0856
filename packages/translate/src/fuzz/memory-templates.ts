import { type Access, probeAccess } from './access-probe.ts';
import { encode } from './encode.ts';
import { DATA_AT, dataPages, edges, stackArea } from './layout.ts';
import type { ProgramWriter } from './program-writer.ts';
import { fieldIn, type FuzzRow, generalRegisters, secondOfPair } from './rows.ts';
import { withField } from '../testing/instruction-fields.ts';

const PAGE = 4096;
/** Accesses that must be aligned to their size. @source Arm ARM DDI 0487, B2.5.2 "Alignment of data accesses" */
const NEEDS_ALIGNMENT = /^(LDA|STL|LDX|STX|CAS|SWP|LDADD)/;
const MISALIGNED = 40;
/** qemu 7.2 does not check the alignment of LDAPR; a processor without FEAT_LSE2 does. */
const ALWAYS_ALIGNED = /^LDAPR/;
/** Behind a fault of these qemu 7.2 says a wrong pc: its helper does not restore it. */
const IMPRECISE = /^DC ZVA$/;
/** Higher addresses have bits where a tag is put. */
const TAGGED_BELOW = 2 ** 32;
const READ_ONLY_STORES = 40;
const SMALL_INDEX = 256;

const isMapped = (address: number, isWrite: boolean) =>
  dataPages.some(
    (page) => address >= page.address && address < page.address + PAGE && (page.writable || !isWrite),
  );

const isInStack = (low: number, high: number) => high > stackArea.low && low < stackArea.high;

const fits = (access: Access, base: number) =>
  !isInStack(base + access.low, base + access.high) &&
  isMapped(base + access.low, access.isWrite) &&
  isMapped(base + access.high - 1, access.isWrite);

/** Where an access shall begin. */
function target(
  { random, faultEvery }: ProgramWriter,
  { low, high, isWrite }: Access,
  { aligned, mayFault = true }: { readonly aligned: boolean; readonly mayFault?: boolean },
): number {
  const size = high - low;
  const place = (): number => {
    // Around an edge: before it, across it, or behind it.
    const around = (edge: number) => edge - size - 8 + random.below(2 * size + 16);
    if (mayFault && random.below(faultEvery) === 0) {
      return random.oneOf([
        around(edges.intoReadOnly),
        around(edges.outOfReadOnly),
        around(edges.intoWritable),
        around(edges.outOfWritable),
        around(edges.beforeFirst),
        random.below(PAGE),
      ]);
    }
    switch (random.below(8)) {
      case 0:
      case 1:
        return around(edges.inside);
      case 2:
        return isWrite ? edges.intoWritable + random.below(64) : around(edges.intoReadOnly);
      case 3:
        return edges.outOfWritable - size - random.below(64);
      default:
        // A small place, so that instructions read what others have written.
        return DATA_AT + 256 + random.below(256);
    }
  };
  const natural = aligned ? 2 ** Math.ceil(Math.log2(size)) : random.oneOf([1, 1, 4, 8, 16]);
  return place() & -natural;
}

/** Encodings whose effect the architecture leaves open. @source Arm ARM DDI 0487, K1.2 */
function isUnpredictable(row: FuzzRow, word: number): boolean {
  const field = (name: string) => fieldIn(row, word, name);
  const [Rn, Rt, Rt2, Rs] = ['Rn', 'Rt', 'Rt2', 'Rs'].map(field);
  const [Vt, Vt2] = ['Vt', 'Vt2'].map(field);
  const isLoad = field('L') !== 0 && !row.name.startsWith('ST');
  const moves = ((field('mode') ?? 0) & 1) === 1;
  if (moves && Rn !== 31 && Rn !== undefined && (Rn === Rt || Rn === Rt2)) return true;
  if (isLoad && Rt2 !== undefined && Rt === Rt2) return true;
  if (isLoad && Vt2 !== undefined && Vt === Vt2) return true;
  const isExclusiveStore = row.name.startsWith('STX');
  return isExclusiveStore && Rs !== undefined && (Rs === Rt || Rs === Rt2 || (Rs === Rn && Rn !== 31));
}

const touchesProtected = (writer: ProgramWriter, row: FuzzRow, word: number) =>
  secondOfPair(row, word).some((register) => writer.protectedRegisters.has(register));

/** Sets an index register; instructions that extend it see rubbish in the upper half. */
function writeIndex(writer: ProgramWriter, row: FuzzRow, word: number, index: number): bigint {
  const { random } = writer;
  if (index === 31) return 0n;
  const option = fieldIn(row, word, 'option');
  const small = BigInt(random.below(SMALL_INDEX) - (random.below(3) === 0 ? SMALL_INDEX : 0));
  const extendsWord = option !== undefined && (option & 1) === 0;
  const value = extendsWord ? BigInt.asUintN(32, small) | (BigInt(random.below(65536)) << 48n) : small;
  writer.set(index, value);
  return value;
}

export interface PreparedAccess {
  readonly word: number;
  readonly base: number;
  /** Whether it accesses anything: unallocated words do not. */
  readonly accesses: boolean;
}

/**
 * Chooses registers of an instruction that accesses memory and writes what sets them, so that the access goes to the
 * data pages, seldom where it faults.
 */
export function prepareAccess(writer: ProgramWriter, row: FuzzRow, mayFault = true): PreparedAccess {
  const { random } = writer;
  const baseName = fieldIn(row, 0, 'Rn') === undefined ? 'Rt' : 'Rn';
  for (;;) {
    let word = writer.word(row);
    const known = [...writer.known.keys()].filter((register) => baseName === 'Rn' || register < 31);
    const useKnown = known.length > 0 && random.below(2) === 0;
    const useStack = baseName === 'Rn' && random.below(10) === 0;
    const base = useKnown ? random.oneOf(known) : useStack ? 31 : writer.register();
    if (writer.protectedRegisters.has(base)) continue;
    word = withField(row.instruction, word, baseName, base);
    const index = fieldIn(row, word, 'Rm');
    if (index !== undefined && index === base && index !== 31) continue;
    if (isUnpredictable(row, word) || touchesProtected(writer, row, word)) continue;
    const value = index === undefined ? 0n : writeIndex(writer, row, word, index);
    const access = probeAccess(word, base, index === undefined ? undefined : [index, value]);
    if (!access) return { word, base, accesses: false };
    const needsAlignment = NEEDS_ALIGNMENT.test(row.name);
    const address = writer.known.get(base);
    const usable = base !== 31 || (address ?? 0) % 16 === 0;
    const reusable =
      address !== undefined && !needsAlignment && usable && fits(access, address) && random.below(3) > 0;
    let at = address ?? 0;
    if (!reusable) {
      const aligned =
        needsAlignment && (!mayFault || ALWAYS_ALIGNED.test(row.name) || random.below(MISALIGNED) > 0);
      at = target(writer, access, { aligned, mayFault: mayFault && !IMPRECISE.test(row.name) }) - access.low;
      // qemu does not check the alignment of SP; hardware does.
      if (base === 31) at &= -16;
      writer.point(base, at);
      if (base < 31 && at > 0 && at < TAGGED_BELOW && random.below(12) === 0)
        writer.emit(encode.movk(base, random.below(256) << 8, 3));
    }
    writer.touched(generalRegisters(row, word).filter((register) => register !== base));
    const others = row.instruction.pattern.fields.filter(
      ({ kind, name }) => kind === 'general' && name !== baseName,
    );
    const overwritten =
      others.some(({ name }) => fieldIn(row, word, name) === base) || secondOfPair(row, word).includes(base);
    if (overwritten) writer.known.delete(base);
    else writer.known.set(base, at + access.moved);
    return { word, base, accesses: true };
  }
}

/** The load that makes a compare and swap find what it expects. */
function expectedValue(row: FuzzRow, word: number, base: number): number {
  const Rs = fieldIn(row, word, 'Rs') ?? 0;
  const size = fieldIn(row, word, 'size');
  if (size !== undefined) return (0x3940_0000 | (size << 30) | (base << 5) | Rs) >>> 0;
  const sz = fieldIn(row, word, 'sz') ?? 0;
  return ((sz ? 0xa940_0000 : 0x2940_0000) | ((Rs + 1) << 10) | (base << 5) | Rs) >>> 0;
}

/** Any row that accesses memory through a base register. */
export function writeAccess(writer: ProgramWriter, row: FuzzRow): void {
  const { word, base, accesses } = prepareAccess(writer, row);
  const Rs = fieldIn(row, word, 'Rs') ?? 0;
  const mayExpect = accesses && row.name.startsWith('CAS') && Rs < 30 && Rs !== base && Rs + 1 !== base;
  if (mayExpect && writer.random.below(5) < 3 && !writer.protectedRegisters.has(Rs + 1)) {
    writer.emit(expectedValue(row, word, base));
    writer.touched([Rs, Rs + 1]);
  }
  writer.emit(word);
}

/** A load relative to pc. */
export function writeLiteral(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  const access = probeAccess(withField(row.instruction, word, 'imm19', 0), 31);
  const at = target(writer, access ?? { low: 0, high: 4, isWrite: false, moved: 0 }, { aligned: false }) & -4;
  writer.emit(withField(row.instruction, word, 'imm19', (at - writer.pc) >> 2));
  writer.touched(generalRegisters(row, word));
}

/** The load exclusive of the size of a store exclusive. */
function exclusiveLoad(writer: ProgramWriter, row: FuzzRow, word: number, base: number): number {
  const isPair = row.name.startsWith('STXP');
  const first = writer.register(base);
  const second = isPair ? writer.register(base, first) : 31;
  writer.touched([first, second]);
  const acquire = writer.random.below(2) << 15;
  return (
    ((word & 0xc000_0000) |
      0x085f_0000 |
      acquire |
      (isPair ? 1 << 21 : 0) |
      (second << 10) |
      (base << 5) |
      first) >>>
    0
  );
}

/**
 * A load exclusive by itself. It leaves no monitor behind: a store of another size would meet it, which is constrained
 * unpredictable.
 *
 * @source Arm ARM DDI 0487, B2.12.5 "Load-Exclusive and Store-Exclusive instruction usage restrictions"
 */
export function writeExclusiveLoad(writer: ProgramWriter, row: FuzzRow): void {
  writeAccess(writer, row);
  writer.emit(encode.clrex);
}

/**
 * A store exclusive, most often behind the load exclusive that it needs to succeed.
 *
 * One that must fail may fault nevertheless: the architecture leaves open which comes first, the monitor or the access, and
 * qemu asks the monitor first even when the address is misaligned. So only stores that follow their load at once may fault.
 *
 * @source Arm ARM DDI 0487, AArch64.ExclusiveMonitorsPass
 */
export function writeExclusiveStore(writer: ProgramWriter, row: FuzzRow): void {
  const { random } = writer;
  const { word, base } = prepareAccess(writer, row, false);
  if (base < 31 && random.below(READ_ONLY_STORES) === 0) {
    writer.point(base, edges.intoReadOnly + 16 * random.below(8));
    writer.emit(exclusiveLoad(writer, row, word, base), word);
    writer.forget();
    return;
  }
  const wasProtected = writer.protectedRegisters.has(base);
  const retry = writer.here;
  if (random.below(8) > 0) {
    writer.emit(exclusiveLoad(writer, row, word, base));
    const Rs = fieldIn(row, word, 'Rs') ?? 31;
    if (random.below(4) === 0 && Rs !== 31) {
      writer.emit(word, (0x3500_0000 | (((retry - writer.here - 1) & 0x7_ffff) << 5) | Rs) >>> 0);
      writer.forget();
      return;
    }
    writer.protectedRegisters.add(base);
    if (random.below(3) === 0 && writer.depth < 3) {
      writer.depth += 1;
      writer.fill(writer, 1 + random.below(2));
      writer.depth -= 1;
    }
    if (!wasProtected) writer.protectedRegisters.delete(base);
    if (random.below(12) === 0) writer.emit(encode.clrex);
  }
  writer.emit(word);
  writer.forget();
}
