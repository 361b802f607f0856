/** How the box as a whole ends. */
let over: bool = false;
let status: i32 = 0;

/** The first process has ended, with a status as wait4(2) encodes it. */
export function endBox(waitStatus: i32): void {
  if (over) return;
  over = true;
  status = waitStatus;
}

export function isBoxOver(): bool {
  return over;
}

export function boxStatus(): i32 {
  return status;
}
