import { GUEST_BIAS, PAGE_EXECUTE, PAGE_SHIFT, RECORD_INDEX_AT } from '../abi.gen';
import { ProcessSlot } from '../process/slot';
import { PackPlan } from './pack-index';

const COMPARE_BYTES: i32 = 4096;
const ANY_PAGE: u32 = u32.MAX_VALUE;
const compared: usize = memory.data(4096, 16);

/**
 * A pack in a process slot. A function of it is executed only when all code that it was made from was compared with what lies
 * there now, since code was last forgotten. Our runner does the same in packages/runner/src/code/installed-pack.ts.
 */
export class PlacedPack {
  private readonly plan: PackPlan;
  /** Guest address that offsets count from. */
  private base: u32 = 0;
  /** By function: whether it was compared. */
  private readonly valid: StaticArray<bool>;
  private validCount: i32 = 0;

  constructor(
    private readonly slot: ProcessSlot,
    pack: i32,
  ) {
    const plan = new PackPlan(pack);
    this.plan = plan;
    this.valid = new StaticArray<bool>(plan.functionCount);
    slot.installPack(pack, plan.firstSlot, plan.entryCount);
  }

  /** Says where the pack lies. There is one instance of it, so it serves one place at a time: the first where code is the same. */
  place(base: u32): void {
    if (base == this.base || this.validCount > 0) return;
    this.base = base;
    this.slot.placePack(this.plan.pack, base);
  }

  /** No code was compared any more. */
  forget(): void {
    if (this.validCount == 0) return;
    this.slot.invalidatePack(this.plan.pack);
    this.valid.fill(false);
    this.validCount = 0;
  }

  /** Compares the functions of a guest page and enters them. */
  visit(page: u32): void {
    const plan = this.plan;
    const base = this.base >> PAGE_SHIFT;
    const at = page < base ? -1 : plan.pageAt(page - base);
    if (at < 0) return;
    const end = plan.firstFunction(at + 1);
    for (let i = plan.firstFunction(at); i < end; i++) {
      const index = plan.functionOfPage(i);
      const isNew = !this.valid[index];
      if (isNew && !this.check(index)) continue;
      this.enter(index, isNew ? ANY_PAGE : page);
    }
  }

  /** @returns whether the function may be executed from now on */
  private check(index: i32): bool {
    const plan = this.plan;
    const first = plan.firstRange(index);
    const end = plan.firstRange(index + 1);
    for (let range = first; range < end; range++) if (!this.isSame(range)) return false;
    for (let range = first; range < end; range++) {
      const start = this.base + plan.rangeOffset(range);
      this.slot.markTranslated(start, start + plan.rangeBytes(range));
    }
    this.valid[index] = true;
    this.validCount++;
    this.slot.validateCode(plan.pack, index, true);
    return true;
  }

  private isSame(range: i32): bool {
    const start = <u64>this.base + this.plan.rangeOffset(range);
    const bytes = this.plan.rangeBytes(range);
    if (start + bytes > 0x1_0000_0000) return false;
    const firstPage = <i32>(start >> PAGE_SHIFT);
    const pages = <i32>((start + bytes - 1) >> PAGE_SHIFT) - firstPage + 1;
    if (this.slot.checkPages(firstPage, pages, PAGE_EXECUTE) != pages) return false;
    const code = this.plan.rangeCode(range);
    for (let done: i32 = 0; done < <i32>bytes; done += COMPARE_BYTES) {
      const piece = min(<i32>bytes - done, COMPARE_BYTES);
      this.slot.readPieces(GUEST_BIAS + <i32>start + done, compared, piece);
      if (memory.compare(compared, code + done, piece) != 0) return false;
    }
    return true;
  }

  /** Puts the entries of a function into the records; into those of one page only, unless that is ANY_PAGE. */
  private enter(index: i32, page: u32): void {
    const plan = this.plan;
    const end = plan.firstEntry(index + 1);
    for (let entry = plan.firstEntry(index); entry < end; entry++) {
      const pc = this.base + plan.entryOffset(entry);
      const its = pc >> PAGE_SHIFT;
      if (page != ANY_PAGE && its != page) continue;
      // Where there are no records nothing is executed yet: entries of that page come when it is.
      if (this.slot.load32(RECORD_INDEX_AT + (its << 2)) != 0) this.slot.enterAt(pc, plan.firstSlot + entry);
    }
  }
}
