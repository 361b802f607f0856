import { SIGRTMIN, signalBit } from '../linux/signal';
import { SignalInfo } from './info';

/** Pending signals: a set, and what came with each. Standard signals are pending once, real-time ones queue up. */
export class SignalQueue {
  /** Bit n-1 for signal n. */
  set: u64 = 0;
  private infos: SignalInfo[] = [];

  /**
   * @param limit - RLIMIT_SIGPENDING: from so many on, real-time signals are merged too
   * @returns false when the signal was pending already and is merged
   */
  push(info: SignalInfo, limit: u64 = u64.MAX_VALUE): bool {
    const bit = signalBit(info.signal);
    if ((this.set & bit) != 0 && (info.signal < SIGRTMIN || <u64>this.infos.length >= limit)) return false;
    this.set |= bit;
    this.infos.push(info);
    return true;
  }

  /** Takes the first pending instance of a signal. */
  take(signal: i32): SignalInfo | null {
    let found: SignalInfo | null = null;
    let more = false;
    for (let i = 0; i < this.infos.length; i++) {
      const info = this.infos[i];
      if (info.signal != signal) continue;
      if (found == null) {
        found = info;
        this.infos.splice(i--, 1);
      } else {
        more = true;
        break;
      }
    }
    if (!more) this.set &= ~signalBit(signal);
    return found;
  }

  discard(signals: u64): void {
    if ((this.set & signals) == 0) return;
    this.set &= ~signals;
    for (let i = this.infos.length - 1; i >= 0; i--) {
      if ((signalBit(this.infos[i].signal) & signals) != 0) this.infos.splice(i, 1);
    }
  }

  get length(): i32 {
    return this.infos.length;
  }
}
