import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BLOCK_BYTES,
  blockAddress,
  BRANCH_DISTANCE,
  CASES_AT,
  type MachineState,
  type Outcome,
  RECORD_OFFSET,
  type TestCase,
  type TestResult,
  WINDOW_BYTES,
  WINDOW_OFFSET,
  WORDS_OFFSET,
} from './machine-state.ts';

/** Offsets inside a case's record. */
const record = { x: 0, sp: 248, nzcv: 256, fpcr: 264, fpsr: 272, taken: 280, signal: 288, v: 304 } as const;

/** Globals and start-up code, below the cases. */
const PROLOGUE_AT = 0x3f_0000;
const HANDLER_OFFSET = 0x800;
/** Two cells: where to go after a signal, and the record of the running case. */
const CURRENT_OFFSET = 0x900;
const ACTION_OFFSET = 0x940;
const STACK_OFFSET = 0x980;
const SIGNAL_STACK_AT = 0x3e_0000;
const SIGNAL_STACK_BYTES = 0x8000;

const SIGNALS: Readonly<Record<number, Outcome>> = { 4: 'undefined', 7: 'fault', 11: 'fault' };
/** Offset of pc in the signal handler's ucontext. @source Linux arch/arm64/include/uapi/asm/sigcontext.h */
const UCONTEXT_PC = 440;
/** A case that overwrites its own code may loop for ever. */
const QEMU_TIMEOUT_MS = 120_000;

/** Encoders for the few instructions that the program around the cases needs. */
const encode = {
  loadLiteral: (t: number, distance: number) => 0x5800_0000 | ((distance >> 2) << 5) | t,
  adr: (t: number, distance: number) => 0x1000_0000 | ((distance & 3) << 29) | ((distance >> 2) << 5) | t,
  load: (t: number, n: number, offset: number) => 0xf940_0000 | ((offset / 8) << 10) | (n << 5) | t,
  store: (t: number, n: number, offset: number) => 0xf900_0000 | ((offset / 8) << 10) | (n << 5) | t,
  loadPair: (t: number, n: number, offset: number) =>
    0xa940_0000 | ((offset / 8) << 15) | ((t + 1) << 10) | (n << 5) | t,
  storePair: (t: number, n: number, offset: number) =>
    0xa900_0000 | ((offset / 8) << 15) | ((t + 1) << 10) | (n << 5) | t,
  loadVectors: (t: number, n: number, offset: number) =>
    0xad40_0000 | ((offset / 16) << 15) | ((t + 1) << 10) | (n << 5) | t,
  storeVectors: (t: number, n: number, offset: number) =>
    0xad00_0000 | ((offset / 16) << 15) | ((t + 1) << 10) | (n << 5) | t,
  branch: (distance: number) => 0x1400_0000 | ((distance >> 2) & 0x3ff_ffff),
  /** MOVZ and three MOVK. */
  move: (t: number, value: number) =>
    [0, 1, 2, 3].map((i) => {
      const half = Math.floor(value / 2 ** (16 * i)) % 65536;
      return (i === 0 ? 0xd280_0000 : 0xf280_0000) | (i << 21) | (half << 5) | t;
    }),
  clearExclusive: 0xd503_3f5f,
  moveToSp: 0x9100_001f,
  moveFromSp: 0x9100_03e0,
  return: 0xd65f_03c0,
  systemCall: 0xd400_0001,
  /** X0 is the register; tpidr saves X30. */
  readNzcv: 0xd53b_4200,
  writeNzcv: 0xd51b_4200,
  readFpcr: 0xd53b_4400,
  writeFpcr: 0xd51b_4400,
  readFpsr: 0xd53b_4420,
  writeFpsr: 0xd51b_4420,
  saveX30: 0xd51b_d05e,
  readSaved: 0xd53b_d040,
} as const;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Loads the case's state. All registers are in use, so X30 is the base until it is loaded itself. */
function loadState(at: number, recordAt: number, testedAt: number): number[] {
  const words: number[] = [];
  const here = () => at + 4 * words.length;
  const literal = (t: number, which: 0 | 1) =>
    words.push(encode.loadLiteral(t, recordAt - 16 + 8 * which - here()));
  literal(30, 0);
  literal(1, 1);
  words.push(encode.adr(0, testedAt + BRANCH_DISTANCE - here()), encode.store(0, 1, 0));
  words.push(encode.store(30, 1, 8), encode.clearExclusive);
  const special = [
    [record.nzcv, encode.writeNzcv],
    [record.fpcr, encode.writeFpcr],
    [record.fpsr, encode.writeFpsr],
    [record.sp, encode.moveToSp],
  ] as const;
  for (const [offset, write] of special) words.push(encode.load(0, 30, offset), write);
  for (const i of range(16)) words.push(encode.loadVectors(2 * i, 30, record.v + 32 * i));
  for (const i of range(15)) words.push(encode.loadPair(2 * i, 30, record.x + 16 * i));
  words.push(encode.load(30, 30, record.x + 240));
  return words;
}

/** Stores the state; X30 was saved already and is the base again. */
function storeState(): number[] {
  const words: number[] = [];
  for (const i of range(15)) words.push(encode.storePair(2 * i, 30, record.x + 16 * i));
  words.push(encode.readSaved, encode.store(0, 30, record.x + 240));
  const special = [
    [record.nzcv, encode.readNzcv],
    [record.fpcr, encode.readFpcr],
    [record.fpsr, encode.readFpsr],
    [record.sp, encode.moveFromSp],
  ] as const;
  for (const [offset, read] of special) words.push(read, encode.store(0, 30, offset));
  for (const i of range(16)) words.push(encode.storeVectors(2 * i, 30, record.v + 32 * i));
  return words;
}

/** The words of a case at most; one before the tested instruction. */
const MAXIMUM_WORDS = 2;
const NOP = 0xd503_201f;

/** Code of a case. With one word, it stands at the first place and the second is its "next instruction". */
function caseCode(at: number, words: readonly number[]): number[] {
  const recordAt = at + RECORD_OFFSET;
  const testedAt = at + WORDS_OFFSET + 4 * (words.length - 1);
  const state = loadState(at, recordAt, testedAt);
  while (state.length < WORDS_OFFSET / 4) state.push(NOP);
  // The base register's load must be the last: move it behind the padding.
  const last = state.findIndex((word) => word === encode.load(30, 30, record.x + 240));
  state.splice(last, 1);
  state.push(encode.load(30, 30, record.x + 240));
  if (state.length > WORDS_OFFSET / 4) throw new RangeError('The code that loads a case’s state is too long');
  const tail = [
    encode.saveX30,
    encode.loadLiteral(30, recordAt - 16 - (testedAt + 8)),
    encode.store(31, 30, record.taken),
    encode.branch(12),
    encode.saveX30,
    encode.loadLiteral(30, recordAt - 16 - (testedAt + 24)),
    ...storeState(),
  ];
  const code = [...state, ...words, ...tail];
  code.push(encode.branch(BLOCK_BYTES - 4 * code.length));
  if (words.length > MAXIMUM_WORDS || 4 * code.length > RECORD_OFFSET - 16) {
    throw new RangeError('The code of a case is too long');
  }
  return code;
}

function writeState(view: DataView, at: number, state: MachineState): void {
  state.x.forEach((value, i) => view.setBigUint64(at + record.x + 8 * i, value, true));
  view.setBigUint64(at + record.nzcv, BigInt(state.nzcv) << 28n, true);
  view.setBigUint64(at + record.fpcr, BigInt(state.fpcr), true);
  view.setBigUint64(at + record.fpsr, BigInt(state.fpsr), true);
  view.setBigUint64(at + record.taken, 1n, true);
  state.v.forEach((value, i) => {
    view.setBigUint64(at + record.v + 16 * i, BigInt.asUintN(64, value), true);
    view.setBigUint64(at + record.v + 16 * i + 8, value >> 64n, true);
  });
}

function readState(view: DataView, at: number): MachineState {
  const cell = (offset: number) => view.getBigUint64(at + offset, true);
  return {
    x: range(32).map((i) => cell(record.x + 8 * i)),
    v: range(32).map((i) => cell(record.v + 16 * i) | (cell(record.v + 16 * i + 8) << 64n)),
    nzcv: Number(cell(record.nzcv) >> 28n),
    fpcr: Number(cell(record.fpcr)),
    fpsr: Number(cell(record.fpsr)),
  };
}

/** Start-up: an alternate stack, a handler for the signals, then the cases. */
function prologue(): number[] {
  const call = (number: number, ...args: number[]) => [
    ...args.flatMap((value, i) => encode.move(i, value)),
    ...encode.move(8, number),
    encode.systemCall,
  ];
  const words = [
    ...call(132, PROLOGUE_AT + STACK_OFFSET, 0),
    ...Object.keys(SIGNALS).flatMap((signal) => call(134, Number(signal), PROLOGUE_AT + ACTION_OFFSET, 0, 8)),
  ];
  words.push(encode.branch(CASES_AT - (PROLOGUE_AT + 4 * words.length)));
  return words;
}

function epilogue(bytes: number): number[] {
  return [
    ...encode.move(0, 1),
    ...encode.move(1, CASES_AT),
    ...encode.move(2, bytes),
    ...encode.move(8, 64),
    encode.systemCall,
    ...encode.move(0, 0),
    ...encode.move(8, 94),
    encode.systemCall,
  ];
}

/** The memory image from PROLOGUE_AT on. */
function image(cases: readonly TestCase[]): Uint8Array {
  const casesOffset = CASES_AT - PROLOGUE_AT;
  const bytes = new Uint8Array(casesOffset + (cases.length + 1) * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  const put = (offset: number, words: readonly number[]) =>
    words.forEach((word, i) => view.setUint32(offset + 4 * i, word >>> 0, true));
  put(0, prologue());
  put(HANDLER_OFFSET, [
    ...encode.move(3, PROLOGUE_AT + CURRENT_OFFSET),
    encode.loadPair(4, 3, 0),
    encode.store(0, 5, record.signal),
    encode.store(4, 2, UCONTEXT_PC),
    encode.return,
  ]);
  view.setBigUint64(ACTION_OFFSET, BigInt(PROLOGUE_AT + HANDLER_OFFSET), true);
  view.setBigUint64(ACTION_OFFSET + 8, 0x4800_0004n, true); // SA_ONSTACK | SA_NODEFER | SA_SIGINFO
  view.setBigUint64(STACK_OFFSET, BigInt(SIGNAL_STACK_AT), true);
  view.setBigUint64(STACK_OFFSET + 16, BigInt(SIGNAL_STACK_BYTES), true);
  cases.forEach(({ words, before, window }, i) => {
    const at = casesOffset + i * BLOCK_BYTES;
    put(at, caseCode(blockAddress(i), words));
    view.setBigUint64(at + RECORD_OFFSET - 16, BigInt(blockAddress(i) + RECORD_OFFSET), true);
    view.setBigUint64(at + RECORD_OFFSET - 8, BigInt(PROLOGUE_AT + CURRENT_OFFSET), true);
    writeState(view, at + RECORD_OFFSET, before);
    bytes.set(window, at + WINDOW_OFFSET);
  });
  put(casesOffset + cases.length * BLOCK_BYTES, epilogue(cases.length * BLOCK_BYTES));
  return bytes;
}

/** A static executable with one segment for everything. */
function executable(cases: readonly TestCase[]): Uint8Array {
  const content = image(cases);
  const headerBytes = 0x1000;
  const elf = new Uint8Array(headerBytes + content.length);
  const view = new DataView(elf.buffer);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 183, true); // EM_AARCH64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(PROLOGUE_AT), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const segment = (at: number, offset: number, address: number, fileBytes: number, memoryBytes: number) => {
    view.setUint32(at, 1, true); // PT_LOAD
    view.setUint32(at + 4, 7, true); // read, write, execute
    [offset, address, address, fileBytes, memoryBytes, 0x1000].forEach((value, i) =>
      view.setBigUint64(at + 8 + 8 * i, BigInt(value), true),
    );
  };
  segment(64, headerBytes, PROLOGUE_AT, content.length, content.length);
  segment(120, 0, SIGNAL_STACK_AT, 0, SIGNAL_STACK_BYTES);
  elf.set(content, headerBytes);
  return elf;
}

/**
 * Executes cases under qemu-aarch64-static.
 *
 * @throws Error when qemu fails as a whole
 */
export function runUnderQemu(cases: readonly TestCase[]): TestResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-qemu-'));
  try {
    const path = join(folder, 'cases');
    writeFileSync(path, executable(cases), { mode: 0o755 });
    const out = openSync(join(folder, 'out'), 'w');
    const run = spawnSync('qemu-aarch64-static', ['-cpu', 'max,pauth=off', path], {
      stdio: ['ignore', out, 'pipe'],
      timeout: QEMU_TIMEOUT_MS,
    });
    closeSync(out);
    if (run.status !== 0)
      throw new Error(`qemu ended with ${run.status ?? run.signal}: ${run.stderr.toString()}`);
    const bytes = readFileSync(join(folder, 'out'));
    if (bytes.length !== cases.length * BLOCK_BYTES) throw new Error(`qemu wrote ${bytes.length} bytes`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return cases.map((_, i): TestResult => {
      const at = i * BLOCK_BYTES;
      const signal = Number(view.getBigUint64(at + RECORD_OFFSET + record.signal, true));
      const taken = view.getBigUint64(at + RECORD_OFFSET + record.taken, true) === 1n;
      return {
        outcome: SIGNALS[signal] ?? (taken ? 'branched' : 'next'),
        after: readState(view, at + RECORD_OFFSET),
        window: Uint8Array.from(bytes.subarray(at + WINDOW_OFFSET, at + WINDOW_OFFSET + WINDOW_BYTES)),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
