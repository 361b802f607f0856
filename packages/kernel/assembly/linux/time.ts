/** @source Linux include/uapi/linux/time.h, include/uapi/asm-generic/siginfo.h */
export const CLOCK_REALTIME: i32 = 0;
export const CLOCK_MONOTONIC: i32 = 1;
export const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
export const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
export const CLOCK_MONOTONIC_RAW: i32 = 4;
export const CLOCK_REALTIME_COARSE: i32 = 5;
export const CLOCK_MONOTONIC_COARSE: i32 = 6;
export const CLOCK_BOOTTIME: i32 = 7;
export const CLOCK_REALTIME_ALARM: i32 = 8;
export const CLOCK_BOOTTIME_ALARM: i32 = 9;
export const CLOCK_TAI: i32 = 11;
export const TIMER_ABSTIME: i32 = 1;

export const SIGEV_SIGNAL: i32 = 0;
export const SIGEV_NONE: i32 = 1;
export const SIGEV_THREAD: i32 = 2;
export const SIGEV_THREAD_ID: i32 = 4;
