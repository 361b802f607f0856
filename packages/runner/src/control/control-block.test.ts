import { ControlBlock } from './control-block.ts';

describe('the control block', () => {
  it('collects signals until they are taken', () => {
    const main = new ControlBlock();
    const worker = new ControlBlock(main.shared);
    main.raise(2);
    main.raise(15);
    main.raise(64);
    expect(worker.takeSignals()).toBe((1n << 1n) | (1n << 14n) | (1n << 63n));
    expect(worker.takeSignals()).toBe(0n);
    main.raise(32);
    expect(worker.takeSignals()).toBe(1n << 31n);
  });

  it('carries any number of bytes through its ring', () => {
    const main = new ControlBlock();
    const worker = new ControlBlock(main.shared);
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));
    const received: Buffer[] = [];
    for (let done = 0; done < sent.length;) {
      done += main.putInput(sent.subarray(done, done + 40_000));
      received.push(Buffer.from(worker.takeInput(30_000)));
    }
    while (worker.inputAvailable() > 0) received.push(Buffer.from(worker.takeInput(30_000)));
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  it('keeps a terminal size', () => {
    const block = new ControlBlock();
    block.setWindowSize(120, 40);
    expect(block.windowSize()).toBe((120 << 16) | 40);
  });

  it('gives up waiting when the time is over', () => {
    const started = performance.now();
    expect(new ControlBlock().waitUntil(() => false, 20)).toBe(false);
    expect(performance.now() - started).toBeGreaterThanOrEqual(19);
  });
});
