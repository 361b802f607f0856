/** Enters the component's packs of translated code where processes execute the code that they were made from. */
import {
  CELL_CODE_EPOCH,
  GUEST_BIAS,
  PAGE_HASH_LAST_SHIFT,
  PAGE_HASH_PRIME,
  PAGE_HASH_SHIFT,
  PAGE_HASH_START,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
} from '../abi.gen';
import { ProcessSlot } from '../process/slot';
import { currentTask } from '../task/current';
import { firstRowOf, hasPacks, isRowOf, packCount, packOfRow, pageOfRow } from './pack-index';
import { PlacedPack } from './placed-pack';

const hashed: usize = memory.data(4096, 16);

/** The packs of a process slot. They stay there: what runs in it later may be the same program. */
class SlotPacks {
  private epoch: u32 = 0;
  private readonly placed: StaticArray<PlacedPack | null> = new StaticArray<PlacedPack | null>(packCount());

  constructor(private readonly slot: ProcessSlot) {}

  /** A guest page is about to be executed for the first time since code was last forgotten. */
  reach(page: i32): void {
    const placed = this.placed;
    const epoch = this.slot.load32(CELL_CODE_EPOCH);
    if (epoch != this.epoch) {
      this.epoch = epoch;
      for (let i = 0; i < placed.length; i++) if (placed[i]) placed[i]!.forget();
    }
    const hash = this.hashOf(page);
    let row = firstRowOf(hash);
    for (; row >= 0 && isRowOf(row, hash); row++) {
      const distance = pageOfRow(row);
      if (page >= distance) this.place(packOfRow(row), (page - distance) << PAGE_SHIFT);
    }
    for (let i = 0; i < placed.length; i++) if (placed[i]) placed[i]!.visit(page);
  }

  private place(pack: i32, base: u32): void {
    let known = this.placed[pack];
    if (!known) {
      known = new PlacedPack(this.slot, pack);
      this.placed[pack] = known;
    }
    known.place(base);
  }

  private hashOf(page: i32): u32 {
    this.slot.readPieces(GUEST_BIAS + (page << PAGE_SHIFT), hashed, PAGE_SIZE_BYTES);
    let hash: u32 = PAGE_HASH_START;
    for (let at: usize = 0; at < <usize>PAGE_SIZE_BYTES; at += 4) {
      hash = (hash ^ load<u32>(hashed + at)) * PAGE_HASH_PRIME;
      hash ^= hash >> PAGE_HASH_SHIFT;
    }
    return hash ^ (hash >> PAGE_HASH_LAST_SHIFT);
  }
}

/** By slot. */
const slots: (SlotPacks | null)[] = [];

export function enterPacks(page: i32): void {
  if (!hasPacks()) return;
  const slot = currentTask().mm!.slot;
  while (slots.length <= slot.index) slots.push(null);
  let packs = slots[slot.index];
  if (!packs) {
    packs = new SlotPacks(slot);
    slots[slot.index] = packs;
  }
  packs.reach(page);
}
