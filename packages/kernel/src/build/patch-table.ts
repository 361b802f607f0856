/**
 * asc sizes the function table for its own functions and lets nobody place a function at a chosen index. The kernel needs
 * both: room for the host slots and the process slots, and the defaults of the host slots at their indices. So the built
 * module is rewritten: the table grows, and functions exported as `hostDefault_<slot>` move into an element segment.
 */
import { HOST_TABLE_BASE, hostSlots, PROCESS_TABLE_BASE, PROCESS_TABLE_STRIDE } from '@boxer/abi';

/** Process slots the table has room for. */
export const PROCESS_SLOTS = 128;

const TABLE_SIZE = PROCESS_TABLE_BASE + PROCESS_SLOTS * PROCESS_TABLE_STRIDE;
const DEFAULT_PREFIX = 'hostDefault_';
const tableSection = 4;
const exportSection = 7;
const elementSection = 9;

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError('Cannot read the kernel module: it ends early');
    return value;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  slice(n: number): Uint8Array {
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = value === 0 && (low & 0x40) === 0;
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module);
  reader.at = 8;
  const sections: Section[] = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    const length = reader.unsigned();
    sections.push({ id, body: reader.slice(length) });
  }
  return sections;
}

function enlargeTable(body: Uint8Array): Uint8Array {
  const reader = new Reader(body);
  if (reader.unsigned() !== 1) throw new Error('Cannot patch the kernel: it has more than one table');
  const elementType = reader.byte();
  reader.byte(); // limits
  const size = reader.unsigned();
  if (size > HOST_TABLE_BASE) {
    throw new Error(`Cannot patch the kernel: its ${size} table entries reach into the host slots`);
  }
  return Uint8Array.from([1, elementType, 0, ...unsigned(TABLE_SIZE)]);
}

/** Splits the export section: the host slot defaults (by slot name) and the section without them. */
function takeDefaults(body: Uint8Array): { defaults: Map<string, number>; body: Uint8Array } {
  const reader = new Reader(body);
  const defaults = new Map<string, number>();
  const kept: number[] = [];
  let count = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    const start = reader.at;
    const name = new TextDecoder().decode(reader.slice(reader.unsigned()));
    reader.byte();
    const index = reader.unsigned();
    if (name.startsWith(DEFAULT_PREFIX)) {
      defaults.set(name.slice(DEFAULT_PREFIX.length), index);
    } else {
      kept.push(...body.subarray(start, reader.at));
      count++;
    }
  }
  return { defaults, body: Uint8Array.from([...unsigned(count), ...kept]) };
}

function addElements(body: Uint8Array | undefined, functions: readonly number[]): Uint8Array {
  const reader = new Reader(body ?? Uint8Array.of(0));
  const count = reader.unsigned();
  const segment = [
    0,
    0x41,
    ...signed(HOST_TABLE_BASE),
    0x0b,
    ...unsigned(functions.length),
    ...functions.flatMap(unsigned),
  ];
  return Uint8Array.from([...unsigned(count + 1), ...reader.bytes.subarray(reader.at), ...segment]);
}

/**
 * Rewrites a module built by asc for use as the kernel.
 *
 * @throws Error when a host slot has no default
 */
export function patchTable(module: Uint8Array): Uint8Array {
  const sections = readSections(module);
  const exports = sections.find((section) => section.id === exportSection);
  if (!exports) throw new Error('Cannot patch the kernel: it exports nothing');
  const taken = takeDefaults(exports.body);
  const functions = Object.entries(hostSlots)
    .toSorted(([, a], [, b]) => a.index - b.index)
    .map(([name]) => {
      const index = taken.defaults.get(name);
      if (index === undefined) throw new Error(`Cannot patch the kernel: host slot ${name} has no default`);
      return index;
    });
  const elements = sections.find((section) => section.id === elementSection);
  const newElements: Section = { id: elementSection, body: addElements(elements?.body, functions) };
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  const push = (section: Section): void => {
    parts.push(Uint8Array.from([section.id, ...unsigned(section.body.length)]), section.body);
  };
  for (const section of sections) {
    if (section.id === tableSection) push({ id: tableSection, body: enlargeTable(section.body) });
    else if (section.id === exportSection) {
      push({ id: exportSection, body: taken.body });
      if (!elements) push(newElements);
    } else if (section.id === elementSection) push(newElements);
    else push(section);
  }
  return new Uint8Array(Buffer.concat(parts));
}
