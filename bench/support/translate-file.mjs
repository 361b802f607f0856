/** Translates functions of an executable of AArch64, and prints as JSON how long that took: `node translate-file.mjs FILE`. */
import { readFileSync } from 'node:fs';
import { translatePack } from '../../packages/translate/dist/index.js';

const LOAD_AT = 0x40_0000;
const [PT_LOAD, PT_EH_FRAME] = [1, 0x6474_e550];
/** Functions of a round, evenly spread over the file, and of a pack. Each round takes others. */
const [ROUND, PACK] = [400, 20];
const ROUNDS = 5;

const file = readFileSync(process.argv[2] ?? '');
const view = new DataView(file.buffer, file.byteOffset, file.length);

/** Segments with type, permissions, offset, address, bytes in the file. */
function segments() {
  const at = Number(view.getBigUint64(32, true));
  return Array.from({ length: view.getUint16(56, true) }, (_, i) => {
    const header = at + 56 * i;
    const [offset, address, , bytes] = [8, 16, 24, 32].map((field) =>
      Number(view.getBigUint64(header + field, true)),
    );
    return {
      type: view.getUint32(header, true),
      flags: view.getUint32(header + 4, true),
      offset,
      address,
      bytes,
    };
  });
}

const all = segments();
const text = all.find(({ type, flags }) => type === PT_LOAD && flags & 1);

/** Offset in the file of an address, when `count` bytes are there. */
function placeOf(address, count) {
  const wanted = address - LOAD_AT;
  const segment = all.find(
    (each) => each.type === PT_LOAD && wanted >= each.address && wanted + count <= each.address + each.bytes,
  );
  return segment && segment.offset + wanted - segment.address;
}

const reader = {
  word(pc) {
    const at = pc - LOAD_AT - text.address;
    return at >= 0 && at + 4 <= text.bytes ? view.getUint32(text.offset + at, true) : undefined;
  },
  data(address, bytes) {
    const at = placeOf(address, bytes);
    if (at === undefined) return undefined;
    if (bytes === 8) return Number(view.getBigUint64(at, true));
    return bytes === 4
      ? view.getUint32(at, true)
      : bytes === 2
        ? view.getUint16(at, true)
        : view.getUint8(at);
  },
};

/** Where functions begin. @source Linux Standard Base, .eh_frame_hdr: sorted pairs of addresses relative to it */
function functionStarts() {
  const { offset, address } = all.find(({ type }) => type === PT_EH_FRAME);
  const count = view.getUint32(offset + 8, true);
  return Array.from(
    { length: count },
    (_, i) => LOAD_AT + address + view.getInt32(offset + 12 + 8 * i, true),
  ).toSorted((a, b) => a - b);
}

const starts = functionStarts();
const known = new Set(starts);
const step = Math.max(1, Math.floor(starts.length / ROUND));

function round(number) {
  let [instructions, bytes] = [0, 0];
  const before = process.cpuUsage();
  for (let first = 0; first < ROUND; first += PACK) {
    const functions = Array.from({ length: PACK }, (_, i) => ({
      entry: starts[((first + i) * step + number) % starts.length],
    }));
    const { info, bytes: module } = translatePack(reader, {
      base: LOAD_AT,
      functions,
      isFunction: (pc) => known.has(pc),
    });
    instructions += info.instructions;
    bytes += module.length;
  }
  const { user, system } = process.cpuUsage(before);
  return { us: (user + system) / instructions, bytes: bytes / instructions };
}

const rounds = Array.from({ length: ROUNDS }, (_, i) => round(i));
console.log(JSON.stringify({ coldUs: rounds[0].us, warmUs: rounds.at(-1).us, bytes: rounds[0].bytes }));
