import { engineCells, exitReasons } from '@boxer/abi';
import { CountedRun } from './counted-run.ts';

/** A process that executes blocks of seven instructions, until a system call after `calls` of them makes it leave. */
function blocks(calls = Infinity) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const cell = () => new DataView(memory.buffer);
  let done = 0;
  const run = () => {
    let fuel = Number(cell().getBigInt64(engineCells.fuel, true));
    let reason: number = exitReasons.fuel;
    while (fuel >= 0) {
      fuel -= 7;
      if (++done % calls === 0) {
        reason = exitReasons.leave;
        break;
      }
    }
    cell().setBigInt64(engineCells.fuel, BigInt(fuel), true);
    return reason;
  };
  return { counted: new CountedRun(memory, run), memory, executed: () => 7 * done };
}

describe('a slice that is executed in pieces', () => {
  // The rule of the process ABI: a slice ends at the first taken branch after its fuel went negative.
  it.each([1, 5, 7, 100, 5000])('ends at the same instruction as in one, with looks %d apart', (distance) => {
    const whole = blocks();
    whole.counted.fuel = 1000;
    expect(whole.counted.whole()).toBe(exitReasons.fuel);
    const pieces = blocks();
    pieces.counted.fuel = 1000;
    const watcher = { untilNext: distance };
    let looks = 0;
    const look = () => {
      looks++;
      watcher.untilNext = distance;
    };
    expect(pieces.counted.watched(watcher, look)).toBe(exitReasons.fuel);
    expect(pieces.executed()).toBe(whole.executed());
    expect(pieces.counted.fuel).toBe(whole.counted.fuel);
    expect(looks).toBe(Math.floor(whole.executed() / (7 * Math.ceil((distance + 1) / 7))));
  });

  it('goes on counting to the next look where a system call ended it', () => {
    const { counted, executed } = blocks(10);
    const watcher = { untilNext: 200 };
    let looks = 0;
    for (let slice = 0; slice < 3; slice++) {
      counted.fuel = 1000;
      counted.watched(watcher, () => (looks++, (watcher.untilNext = 200)));
    }
    expect(executed()).toBe(210);
    expect([looks, watcher.untilNext]).toEqual([1, 193]);
  });

  it('sees memory that has grown', () => {
    const { counted, memory } = blocks();
    counted.fuel = 1000;
    memory.grow(1);
    expect(counted.fuel).toBe(1000);
    counted.fuel = -3;
    expect(counted.fuel).toBe(-3);
  });
});
