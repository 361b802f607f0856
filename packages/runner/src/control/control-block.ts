/**
 * Memory that main thread and worker share: what the main thread knows (signals, terminal size, standard input) and the
 * worker asks for while it runs the box without ever returning to its event loop.
 */
const cells = {
  /** Counts up whenever the main thread changed anything; the worker sleeps on it. */
  wake: 0,
  signalsLow: 1,
  signalsHigh: 2,
  windowSize: 3,
  /** Bytes of output that were posted and not yet taken. */
  outputPending: 4,
  inputEnded: 5,
  /** Count of bytes ever taken from and put into the ring, modulo 2^32. */
  inputTaken: 6,
  inputPut: 7,
  rawAcknowledged: 8,
} as const;

const HEADER_BYTES = 64;
const RING_BYTES = 65536;

/** Longest single sleep: Atomics.wait takes milliseconds as a double, and a wake may be missed by nobody. */
const MAX_WAIT_MS = 60_000;

export class ControlBlock {
  readonly #cells: Int32Array;
  readonly #ring: Uint8Array;

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(HEADER_BYTES + RING_BYTES)) {
    this.#cells = new Int32Array(shared, 0, HEADER_BYTES / 4);
    this.#ring = new Uint8Array(shared, HEADER_BYTES, RING_BYTES);
  }

  #wake(): void {
    Atomics.add(this.#cells, cells.wake, 1);
    Atomics.notify(this.#cells, cells.wake);
  }

  // What the main thread calls.

  /** @param signal - number from 1 to 64 */
  raise(signal: number): void {
    const cell = signal <= 32 ? cells.signalsLow : cells.signalsHigh;
    Atomics.or(this.#cells, cell, 1 << ((signal - 1) % 32));
    this.#wake();
  }

  setWindowSize(columns: number, rows: number): void {
    Atomics.store(this.#cells, cells.windowSize, ((columns & 0x7fff) << 16) | (rows & 0xffff));
  }

  outputTaken(bytes: number): void {
    Atomics.sub(this.#cells, cells.outputPending, bytes);
    this.#wake();
  }

  /** Puts as many bytes as there is room for. @returns how many */
  putInput(bytes: Uint8Array): number {
    const put = Atomics.load(this.#cells, cells.inputPut) >>> 0;
    const room = RING_BYTES - this.#inputFill(put);
    const n = Math.min(room, bytes.length);
    const start = put % RING_BYTES;
    const first = Math.min(n, RING_BYTES - start);
    this.#ring.set(bytes.subarray(0, first), start);
    this.#ring.set(bytes.subarray(first, n), 0);
    Atomics.store(this.#cells, cells.inputPut, (put + n) | 0);
    this.#wake();
    return n;
  }

  endInput(): void {
    Atomics.store(this.#cells, cells.inputEnded, 1);
    this.#wake();
  }

  /** Something the worker waits for was posted through a port. */
  posted(): void {
    this.#wake();
  }

  acknowledgeRaw(count: number): void {
    Atomics.store(this.#cells, cells.rawAcknowledged, count);
    this.#wake();
  }

  // What the worker calls.

  /** Takes the signals raised since the last call: bit n-1 for signal n. */
  takeSignals(): bigint {
    if (!this.signalsPending()) return 0n;
    const low = Atomics.exchange(this.#cells, cells.signalsLow, 0) >>> 0;
    const high = Atomics.exchange(this.#cells, cells.signalsHigh, 0) >>> 0;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  signalsPending(): boolean {
    return (
      Atomics.load(this.#cells, cells.signalsLow) !== 0 || Atomics.load(this.#cells, cells.signalsHigh) !== 0
    );
  }

  windowSize(): number {
    return Atomics.load(this.#cells, cells.windowSize);
  }

  /** Counts bytes about to be posted, and sleeps while too many are under way. */
  reserveOutput(bytes: number, maxPending: number): void {
    this.waitUntil(() => Atomics.load(this.#cells, cells.outputPending) <= maxPending);
    Atomics.add(this.#cells, cells.outputPending, bytes);
  }

  inputAvailable(): number {
    return this.#inputFill(Atomics.load(this.#cells, cells.inputPut) >>> 0);
  }

  inputEnded(): boolean {
    return Atomics.load(this.#cells, cells.inputEnded) === 1;
  }

  takeInput(max: number): Uint8Array {
    const taken = Atomics.load(this.#cells, cells.inputTaken) >>> 0;
    const n = Math.min(max, this.inputAvailable());
    const bytes = new Uint8Array(n);
    const start = taken % RING_BYTES;
    const first = Math.min(n, RING_BYTES - start);
    bytes.set(this.#ring.subarray(start, start + first), 0);
    bytes.set(this.#ring.subarray(0, n - first), first);
    Atomics.store(this.#cells, cells.inputTaken, (taken + n) | 0);
    return bytes;
  }

  rawAcknowledged(count: number): boolean {
    return Atomics.load(this.#cells, cells.rawAcknowledged) === count;
  }

  /**
   * Sleeps until `condition` holds; it is evaluated after each change by the main thread.
   *
   * @param timeoutMs - give up after so long; never, when absent
   * @returns whether the condition held
   */
  waitUntil(condition: () => boolean, timeoutMs = Infinity): boolean {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const seen = Atomics.load(this.#cells, cells.wake);
      if (condition()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#cells, cells.wake, seen, Math.min(left, MAX_WAIT_MS));
    }
  }

  #inputFill(put: number): number {
    return (put - (Atomics.load(this.#cells, cells.inputTaken) >>> 0)) >>> 0;
  }
}
