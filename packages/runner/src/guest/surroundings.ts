import { createCipheriv, randomFillSync } from 'node:crypto';
import type { ControlBlock } from '../control/control-block.ts';
import { BoxEnd } from './box-end.ts';

/** What of the world outside differs from run to run: time and chance. */
export interface Surroundings {
  /** A clock that never goes back, in nanoseconds. */
  now(): bigint;
  /** Milliseconds since 1970, with fractions. */
  wallMs(): number;
  /** Fills bytes at random. */
  fillRandom(bytes: Uint8Array): void;
  /** Sleeps until a condition holds, which the main thread may bring about, or so many milliseconds are over. */
  waitUntil(condition: () => boolean, timeoutMs: number): void;
}

/** The host's clocks and random numbers. */
export function realSurroundings(control: ControlBlock): Surroundings {
  return {
    now: () => process.hrtime.bigint(),
    wallMs: () => performance.timeOrigin + performance.now(),
    fillRandom: (bytes) => void randomFillSync(bytes),
    waitUntil: (condition, timeoutMs) => void control.waitUntil(condition, timeoutMs),
  };
}

const START_NS = 1_000_000_000_000n;
/** 2030-01-01. */
const START_WALL_MS = 1_893_456_000_000;
/** Looking at the clock takes so long, or a program that waits by looking would never end. */
const LOOK_NS = 1000n;
const MAX_IDLE_MS = 60_000;

/**
 * The same in every run: a clock that only moves when it is looked at or waited for, and always the same random numbers. A box
 * that waits for something other than time ends, as does one that has waited for a minute.
 */
export function repeatableSurroundings(): Surroundings {
  let now = START_NS;
  let idleMs = 0;
  const stream = createCipheriv('aes-128-ctr', new Uint8Array(16), new Uint8Array(16));
  return {
    now: () => (now += LOOK_NS),
    wallMs: () => START_WALL_MS + Number(now - START_NS) / 1e6,
    fillRandom: (bytes) => bytes.set(stream.update(new Uint8Array(bytes.length))),
    waitUntil(condition, timeoutMs) {
      if (condition()) return;
      idleMs += timeoutMs;
      if (idleMs > MAX_IDLE_MS) throw new BoxEnd('idle', 0);
      now += BigInt(Math.ceil(timeoutMs * 1e6));
    },
  };
}
