import { SIGRTMIN, signalBit } from '../linux/signal';
import { SignalInfo } from './info';

/** Pending signals: a set, and what came with each. Standard signals are pending once, real-time ones queue up. */
export class SignalQueue {
  /** Bit n-1 for signal n. */
  set: u64 = 0;
  private infos: SignalInfo[] = [];

  /** @returns false when a standard signal was pending already (it is merged) */
  push(info: SignalInfo): bool {
    const bit = signalBit(info.signal);
    if (info.signal < SIGRTMIN && (this.set & bit) != 0) return false;
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
