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

/**
 * Instructions that the box executes before packs are entered. V8, which compiles them only then, takes a second or two for
 * those of a large program: more than short commands take in all. Where they were compiled before, it costs a fifth of a second.
 */
const WARM_UP: i64 = 100_000_000;

let untilWarm: i64 = WARM_UP;

const hashed: usize = memory.data(4096, 16);

/** The packs of a process slot. They stay there: what runs in it later may be the same program. */
class SlotPacks {
  private epoch: u32 = 0;
  /** Pages that were reached before packs are entered. */
  private waiting: Set<i32> | null = null;
  private readonly placed: StaticArray<PlacedPack | null> = new StaticArray<PlacedPack | null>(packCount());

  constructor(private readonly slot: ProcessSlot) {}

  /** A guest page is about to be executed for the first time since code was last forgotten. */
  reach(page: i32): void {
    this.checkEpoch();
    if (untilWarm <= 0) return this.enter(page);
    if (!this.waiting) this.waiting = new Set<i32>();
    this.waiting!.add(page);
  }

  /** Enters what was reached before. It need not be the process that is running. */
  warm(): void {
    this.checkEpoch();
    if (!this.waiting) return;
    const pages = this.waiting!.values();
    this.waiting = null;
    for (let i = 0; i < pages.length; i++) this.enter(pages[i]);
  }

  private checkEpoch(): void {
    const epoch = this.slot.load32(CELL_CODE_EPOCH);
    if (epoch == this.epoch) return;
    this.epoch = epoch;
    this.waiting = null;
    const placed = this.placed;
    for (let i = 0; i < placed.length; i++) if (placed[i]) placed[i]!.forget();
  }

  private enter(page: i32): void {
    const placed = this.placed;
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

/** The current process is about to execute a guest page for the first time since code was last forgotten. */
export function reachCode(page: i32): void {
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

/** The box has executed so many more instructions; no process is running. */
export function countExecuted(instructions: i64): void {
  if (untilWarm <= 0) return;
  untilWarm -= instructions;
  if (untilWarm > 0) return;
  for (let i = 0; i < slots.length; i++) if (slots[i]) slots[i]!.warm();
}
