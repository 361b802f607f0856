import { PAGE_SHIFT } from '../abi.gen';
import { SharedObject, sharedMemory } from '../mm/shared-mappings';
import { realtimeSeconds } from '../time/clock';
import { IpcPermission } from './permission';

/** A System V shared memory segment. */
export class Segment {
  readonly memory: SharedObject;
  attachTime: i64 = 0;
  detachTime: i64 = 0;
  changeTime: i64 = realtimeSeconds();
  lastPid: i32 = 0;
  /** IPC_RMID: it disappears with its last mapping. */
  isRemoved: bool = false;

  constructor(
    readonly id: i32,
    readonly permission: IpcPermission,
    readonly sizeBytes: u64,
    readonly creatorPid: i32,
  ) {
    this.memory = sharedMemory(<i64>((sizeBytes + 4095) >> PAGE_SHIFT));
    this.memory.holders = 1;
  }

  get attachments(): i32 {
    return this.memory.mappingCount;
  }
}

const segments = new Map<i32, Segment>();
let nextId: i32 = 0;

export function findSegment(id: i32): Segment | null {
  return segments.has(id) ? segments.get(id) : null;
}

export function findSegmentByKey(key: i32): Segment | null {
  const all = segments.values();
  for (let i = 0; i < all.length; i++) if (all[i].permission.key == key && !all[i].isRemoved) return all[i];
  return null;
}

export function segmentCount(): i32 {
  return segments.size;
}

export function createSegment(permission: IpcPermission, sizeBytes: u64, pid: i32): Segment {
  const segment = new Segment(nextId++, permission, sizeBytes, pid);
  segments.set(segment.id, segment);
  return segment;
}

/** Forgets a removed segment that nobody maps any more. */
export function dropIfUnused(segment: Segment): void {
  if (!segment.isRemoved || segment.attachments > 0) return;
  segments.delete(segment.id);
  segment.memory.holders = 0;
  segment.memory.freeIfUnused();
}

/** Removed segments whose last process ended without detaching. */
export function dropUnusedSegments(): void {
  if (segments.size == 0) return;
  const all = segments.values();
  for (let i = 0; i < all.length; i++) dropIfUnused(all[i]);
}
