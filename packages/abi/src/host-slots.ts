/**
 * Functions of the kernel that a host may replace: entries of the kernel's table at `HOST_TABLE_BASE + index`, each with a
 * default inside the artifact, so that any WASI runtime runs it. Our runner overwrites entries after linking, before
 * `wasi:cli/run`. All pointers are addresses in kernel memory.
 */
export const HOST_TABLE_BASE = 2048;

export const hostSlots = {
  payloadIndex: {
    index: 0,
    params: ['i32', 'i32'],
    result: 'i32',
    what: '(address, n): copies the first n bytes of the payload index to kernel memory → bytes copied',
    fallback: 'the payload module; without one, returns 0 (an empty root filesystem)',
  },
  payloadData: {
    index: 1,
    params: ['i64', 'i32', 'i32'],
    result: 'i32',
    what: '(offset in block data, n, address): copies stored bytes to kernel memory → 0, or -5 (EIO)',
    fallback: 'the payload module',
  },
  readBlock: {
    index: 2,
    params: ['i64', 'i32', 'i32', 'i32', 'i32'],
    result: 'i32',
    what: '(offset in block data, stored bytes, method, address, plain bytes): reads and inflates a block → 0 or -5',
    fallback: 'the kernel’s own inflate over payloadData',
  },
  newProcess: {
    index: 3,
    params: ['i32'],
    result: 'i32',
    what: '(slot): makes a fresh, zeroed process instance and stores its functions in the table → 0, or -11 (EAGAIN)',
    fallback: '0 when the slot was attached statically (it is reset for reuse), else -11',
  },
  freeProcess: {
    index: 4,
    params: ['i32'],
    result: null,
    what: '(slot): its process has ended; the instance may be dropped or pooled',
    fallback: 'nothing',
  },
  copyProcess: {
    index: 5,
    params: ['i32', 'i32', 'i32', 'i32'],
    result: null,
    what: '(to slot, from slot, offset, n): copies a stretch of memory between processes at the same offset (fork)',
    fallback: 'through a buffer in kernel memory',
  },
  bulkIn: {
    index: 6,
    params: ['i32', 'i32', 'i32', 'i32'],
    result: null,
    what: '(slot, offset, kernel address, n): kernel → process, for large copies',
    fallback: 'store64x8 in a loop',
  },
  bulkOut: {
    index: 7,
    params: ['i32', 'i32', 'i32', 'i32'],
    result: null,
    what: '(slot, offset, kernel address, n): process → kernel, for large copies',
    fallback: 'copyOut',
  },
  pendingSignals: {
    index: 8,
    params: [],
    result: 'i64',
    what: 'signals the host wants delivered to the foreground process group since the last call: bit n-1 for signal n',
    fallback: '0',
  },
  windowSize: {
    index: 9,
    params: [],
    result: 'i32',
    what: 'terminal size: columns << 16 | rows; 0: no terminal',
    fallback: '0',
  },
  setRaw: {
    index: 10,
    params: ['i32'],
    result: null,
    what: '(1 or 0): puts the host terminal in or out of raw mode',
    fallback: 'nothing',
  },
  inputReady: {
    index: 11,
    params: ['i64'],
    result: 'i32',
    what: '(nanoseconds to wait, 0 = do not wait, -1 = until something happens): waits for standard input or a signal → 1 when a read of standard input would not block, 0 otherwise',
    fallback: 'the WASI pollable of stdin, together with a clock',
  },
  bootConfig: {
    index: 12,
    params: ['i32', 'i32'],
    result: 'i32',
    what: '(address, capacity) → length of the boot configuration, copied when it fits; -1: use the one in the payload',
    fallback: '-1',
  },
  diffWrite: {
    index: 13,
    params: ['i32', 'i32', 'i32'],
    result: 'i32',
    what: '(address, n, 1 when this is the end): a piece of the change stream (see change-stream.ts) → 0 or -errno',
    fallback: '-38 (ENOSYS)',
  },
  log: {
    index: 14,
    params: ['i32', 'i32'],
    result: null,
    what: '(address, n): a diagnostic line without newline',
    fallback: 'standard error',
  },
  ended: {
    index: 15,
    params: ['i32', 'i32'],
    result: null,
    what: '(kind of end, detail): called right before the box ends; see endKinds',
    fallback: 'nothing',
  },
  ask: {
    index: 16,
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    result: 'i32',
    what: '(service, address, n, answer address, capacity): asks a service of the host (boot key service), with a whole request → bytes of the answer, or -errno',
    fallback: '-38 (ENOSYS)',
  },
  codeIndex: {
    index: 17,
    params: ['i32', 'i32'],
    result: 'i32',
    what: '(address, n): copies the first n bytes of the index of the component’s packs (see code-index.ts) to kernel memory → bytes copied',
    fallback: 'the code index module; without one, returns 0 (no packs)',
  },
} as const;

/** How a box ended. `detail`: exit code, signal number, or 0. */
export const endKinds = { exited: 0, signalled: 1, outOfFuel: 2, outOfMemory: 3, bootFailed: 4 } as const;
