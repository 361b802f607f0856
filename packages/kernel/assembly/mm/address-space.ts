import { ProcessSlot } from '../process/slot';

/** An address space: the mappings of a process, over the memory of a process slot. */
export class AddressSpace {
  constructor(readonly slot: ProcessSlot) {}

  /**
   * Makes a page accessible that is mapped but not loaded, or whose first write has to be noticed.
   *
   * @param access - one of PAGE_READ, PAGE_WRITE, PAGE_EXECUTE
   * @returns 0, or the signal that the access deserves: SIGSEGV or SIGBUS
   */
  fault(page: i32, access: i32): i32 {
    return 11;
  }
}
