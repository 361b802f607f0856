import { encode } from './encode.ts';
import { stackArea } from './layout.ts';
import type { ProgramWriter } from './program-writer.ts';

/** A frame: X29 and X30, then what the function keeps. */
const FRAME_BYTES = 80;
const SAVED_BYTES = 16;
const SP = 31;

/** Loads and stores at an offset of SP, scaled by their size; which register they take does not matter. */
const accesses = [
  { word: 0xf940_0000, bytes: 8, isGeneral: true }, // LDR X
  { word: 0xf900_0000, bytes: 8, isGeneral: true }, // STR X
  { word: 0xb940_0000, bytes: 4, isGeneral: true }, // LDR W
  { word: 0xb900_0000, bytes: 4, isGeneral: true }, // STR W
  { word: 0x3980_0000, bytes: 1, isGeneral: true }, // LDRSB X
  { word: 0x3dc0_0000, bytes: 16, isGeneral: false }, // LDR Q
  { word: 0x3d80_0000, bytes: 16, isGeneral: false }, // STR Q
  { word: 0xfd40_0000, bytes: 8, isGeneral: false }, // LDR D
  { word: 0xbd00_0000, bytes: 4, isGeneral: false }, // STR S
] as const;

/** Makes SP point to a stack, for the whole program. */
export function writeStack(writer: ProgramWriter): void {
  const room = stackArea.high - stackArea.low - 5 * FRAME_BYTES;
  writer.point(SP, stackArea.low + 4 * FRAME_BYTES + 16 * writer.random.below(room / 16));
  writer.protectedRegisters.add(SP);
  writer.hasStack = true;
}

export function writeStackAccess(writer: ProgramWriter): void {
  const { random } = writer;
  const { word, bytes, isGeneral } = random.oneOf(accesses);
  const register = isGeneral ? writer.register() : random.below(32);
  const slot = SAVED_BYTES / bytes + random.below((FRAME_BYTES - SAVED_BYTES) / bytes);
  writer.emit((word | (slot << 10) | (SP << 5) | register) >>> 0);
  if (isGeneral) writer.touched([register]);
}

/** The body of a function that saves its return address, so that it may call others. */
export function writeFrame(writer: ProgramWriter, body: () => void): void {
  writer.emit(encode.pushFrame(FRAME_BYTES));
  body();
  writer.emit(encode.popFrame(FRAME_BYTES));
}
