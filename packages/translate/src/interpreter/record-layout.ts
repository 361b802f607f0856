import { Node } from '@boxer/a64';
import type { MemoryOperation } from '@boxer/wasm';
import { RECORD_BYTES } from './layout.ts';

/** A value in the record, computed when predecoding. */
export interface Slot {
  readonly node: Node;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly load: MemoryOperation;
  readonly store: MemoryOperation;
  offset: number;
}

interface Size {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly load32: MemoryOperation;
  readonly load64: MemoryOperation;
}

const sizes = {
  u8: { bytes: 1, load32: 'i32.load8_u', load64: 'i64.load8_u' },
  u16: { bytes: 2, load32: 'i32.load16_u', load64: 'i64.load16_u' },
  s16: { bytes: 2, load32: 'i32.load16_s', load64: 'i64.load16_s' },
  s32: { bytes: 4, load32: 'i32.load', load64: 'i64.load32_s' },
  u32: { bytes: 4, load32: 'i32.load', load64: 'i64.load32_u' },
  u64: { bytes: 8, load32: 'i32.load', load64: 'i64.load' },
} as const satisfies Record<string, Size>;

/** The smallest size that holds every value between the bounds. */
function sizeOf({ minimum, maximum, kind }: Node): Size {
  if (minimum >= 0n && maximum < 1n << 8n) return sizes.u8;
  if (minimum >= 0n && maximum < 1n << 16n) return sizes.u16;
  if (minimum >= -(1n << 15n) && maximum < 1n << 15n) return sizes.s16;
  if (kind === 32 || (minimum >= -(1n << 31n) && maximum < 1n << 31n)) return sizes.s32;
  return minimum >= 0n && maximum < 1n << 32n ? sizes.u32 : sizes.u64;
}

const stores32 = { 1: 'i32.store8', 2: 'i32.store16', 4: 'i32.store', 8: 'i32.store' } as const;
const stores64 = { 1: 'i64.store8', 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' } as const;

/** The slots of one handler's record: which values, where. */
export class RecordLayout {
  readonly #slots = new Map<Node, Slot>();
  #arranged = false;
  readonly #records = new Map<Node, Node>();

  get slots(): readonly Slot[] {
    return [...this.#slots.values()];
  }

  /** The slot of a value; new ones have no offset until {@link arrange}, after which there are no new ones. */
  slot(node: Node): Slot {
    const known = this.#slots.get(node);
    if (known) return known;
    if (this.#arranged)
      throw new RangeError(`a value (${node.op}) was not there when the record was laid out`);
    const { bytes, load32, load64 } = sizeOf(node);
    const wide = node.kind === 64;
    const slot = {
      node,
      bytes,
      load: wide ? load64 : load32,
      store: (wide ? stores64 : stores32)[bytes],
      offset: 0,
    };
    this.#slots.set(node, slot);
    return slot;
  }

  /** The address of the record of a branch target that is known when predecoding. */
  recordOf(target: Node): Node {
    const known = this.#records.get(target);
    if (known) return known;
    const node = new Node(-1, 'record', 32, [target], 0, {});
    node.maximum = 0xffff_ffffn;
    this.#records.set(target, node);
    return node;
  }

  /** Places the slots behind the 2-byte operation, each aligned. @returns the bytes needed, up to 16 */
  arrange(): number {
    this.#arranged = true;
    const taken = new Set([0, 1]);
    for (const slot of this.slots.toSorted((a, b) => b.bytes - a.bytes)) {
      const range = (at: number) => Array.from({ length: slot.bytes }, (_, i) => at + i);
      let at = 0;
      while (range(at).some((byte) => taken.has(byte))) at += slot.bytes;
      for (const byte of range(at)) taken.add(byte);
      slot.offset = at;
    }
    const used = Math.max(...taken) + 1;
    if (used > RECORD_BYTES) throw new RangeError(`its record needs ${used} bytes, of ${RECORD_BYTES}`);
    return used;
  }
}
