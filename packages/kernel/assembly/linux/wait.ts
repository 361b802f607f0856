/** @source Linux include/uapi/linux/wait.h */
export const WNOHANG: i32 = 1;
export const WUNTRACED: i32 = 2;
export const WSTOPPED: i32 = 2;
export const WEXITED: i32 = 4;
export const WCONTINUED: i32 = 8;
export const WNOWAIT: i32 = 0x0100_0000;
export const __WNOTHREAD: i32 = 0x2000_0000;
export const __WALL: i32 = 0x4000_0000;
export const __WCLONE: i32 = <i32>0x8000_0000;

export const P_ALL: i32 = 0;
export const P_PID: i32 = 1;
export const P_PGID: i32 = 2;
export const P_PIDFD: i32 = 3;
