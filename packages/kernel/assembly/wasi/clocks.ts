// @ts-ignore: decorator
@external('wasi:clocks/monotonic-clock@0.2.0', 'now')
export declare function monotonicClockNow(): u64;

// @ts-ignore: decorator
@external('wasi:clocks/monotonic-clock@0.2.0', 'subscribe-duration')
export declare function subscribeDuration(nanoseconds: u64): i32;

/** Stores datetime { seconds: u64, nanoseconds: u32 } at `result`. */
// @ts-ignore: decorator
@external('wasi:clocks/wall-clock@0.2.0', 'now')
export declare function wallClockNow(result: usize): void;
