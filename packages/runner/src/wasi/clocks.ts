import { Pollable } from './pollable.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

/** What `process.hrtime` and `performance.now` resolve. */
const MONOTONIC_RESOLUTION_NS = 1n;
const WALL_RESOLUTION_NS = 1000;

/** `wasi:clocks/monotonic-clock@0.2.0` */
export function monotonicClock({ handles, surroundings }: WasiContext): WasiInterface {
  return {
    now: () => surroundings.now(),
    resolution: () => MONOTONIC_RESOLUTION_NS,
    'subscribe-instant': (when: bigint) => handles.add(Pollable.at(surroundings, BigInt.asUintN(64, when))),
    'subscribe-duration': (duration: bigint) =>
      handles.add(Pollable.at(surroundings, surroundings.now() + BigInt.asUintN(64, duration))),
  };
}

/** `wasi:clocks/wall-clock@0.2.0` */
export function wallClock({ memory, surroundings }: WasiContext): WasiInterface {
  return {
    now: (result: number) => {
      const ms = surroundings.wallMs();
      const seconds = Math.floor(ms / 1000);
      memory.setU64(memory.check(result, 16), BigInt(seconds));
      memory.setU32((result >>> 0) + 8, Math.floor((ms - seconds * 1000) * 1000) * 1000);
    },
    resolution: (result: number) => {
      memory.setU64(memory.check(result, 16), 0n);
      memory.setU32((result >>> 0) + 8, WALL_RESOLUTION_NS);
    },
  };
}
