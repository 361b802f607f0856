import { BoxTrapError } from '../errors.ts';
import { BoxEnd } from '../guest/box-end.ts';
import { errorCodeOf } from '../host-files/host-errno.ts';
import { Pollable } from './pollable.ts';
import { storeClosed, storeFailed } from './results.ts';
import { InputStream, OutputStream, StreamFailure } from './streams.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

/** Most bytes that one call reads or writes; callers see a short count and go on. */
const MAX_TRANSFER_BYTES = 1024 * 1024;
const MAX_POLLABLES = 65536;

/** `wasi:io/error@0.2.0` */
export function ioError({ memory, handles }: WasiContext): WasiInterface {
  return {
    '[method]error.to-debug-string': (self: number, result: number) => {
      const { cause } = handles.get(self, StreamFailure);
      memory.setNewText(result, cause instanceof Error ? cause.message : String(cause));
    },
    '[resource-drop]error': (self: number) => handles.drop(self, StreamFailure),
  };
}

/** `wasi:io/poll@0.2.0` */
export function ioPoll({ memory, handles, surroundings }: WasiContext): WasiInterface {
  const wait = (pollables: readonly Pollable[]): number[] => {
    const ready = () => pollables.flatMap((pollable, i) => (pollable.ready() ? [i] : []));
    let indices = ready();
    if (indices.length > 0) return indices;
    for (const pollable of pollables) pollable.request();
    while (indices.length === 0) {
      const now = surroundings.now();
      const waits = pollables.flatMap(({ deadline }) => (deadline === undefined ? [] : [deadline - now]));
      const shortest = waits.length > 0 ? Number(waits.reduce((a, b) => (a < b ? a : b))) / 1e6 : Infinity;
      surroundings.waitUntil(() => (indices = ready()).length > 0, Math.max(0, shortest));
      indices = ready();
    }
    return indices;
  };
  return {
    '[method]pollable.ready': (self: number) => (handles.get(self, Pollable).ready() ? 1 : 0),
    '[method]pollable.block': (self: number) => void wait([handles.get(self, Pollable)]),
    '[resource-drop]pollable': (self: number) => handles.drop(self, Pollable),
    poll: (list: number, count: number, result: number) => {
      const length = count >>> 0;
      if (length === 0 || length > MAX_POLLABLES)
        throw new BoxTrapError(`the kernel polls ${length} things at once`);
      const at = memory.check(list, length * 4);
      const pollables = Array.from({ length }, (_, i) => handles.get(memory.u32(at + i * 4), Pollable));
      const indices = wait(pollables);
      const target = memory.allocate(indices.length * 4, 4);
      indices.forEach((index, i) => memory.setU32(target + i * 4, index));
      memory.setU32(result, target);
      memory.setU32((result >>> 0) + 4, indices.length);
    },
  };
}

/** `wasi:io/streams@0.2.0` */
export function ioStreams(context: WasiContext): WasiInterface {
  return { ...inputStreams(context), ...outputStreams(context) };
}

function inputStreams({ memory, handles, surroundings }: WasiContext): WasiInterface {
  const readSome = (stream: InputStream, length: bigint, block: boolean): Uint8Array | undefined => {
    const max = clampLength(length);
    let bytes = stream.read(max);
    if (!block || max === 0) return bytes;
    const pollable = stream.pollable();
    while (bytes?.length === 0) {
      pollable.request();
      surroundings.waitUntil(() => pollable.ready(), Infinity);
      bytes = stream.read(max);
    }
    return bytes;
  };
  const read = (block: boolean) => (self: number, length: bigint, result: number) => {
    const stream = handles.get(self, InputStream);
    guarded(memory, handles, result, 4, () => {
      const bytes = readSome(stream, length, block);
      if (bytes === undefined) return storeClosed(memory, result);
      memory.setU8(result, 0);
      memory.setNewBytes((result >>> 0) + 4, bytes);
    });
  };
  const skip = (block: boolean) => (self: number, length: bigint, result: number) => {
    const stream = handles.get(self, InputStream);
    guarded(memory, handles, result, 8, () => {
      const bytes = readSome(stream, length, block);
      if (bytes === undefined) return storeClosed(memory, result, 8);
      memory.setU8(result, 0);
      memory.setU64((result >>> 0) + 8, BigInt(bytes.length));
    });
  };
  return {
    '[method]input-stream.read': read(false),
    '[method]input-stream.blocking-read': read(true),
    '[method]input-stream.skip': skip(false),
    '[method]input-stream.blocking-skip': skip(true),
    '[method]input-stream.subscribe': (self: number) =>
      handles.add(handles.get(self, InputStream).pollable()),
    '[resource-drop]input-stream': (self: number) => handles.drop(self, InputStream),
  };
}

function outputStreams({ memory, handles }: WasiContext): WasiInterface {
  const write = (self: number, at: number, size: number, result: number) => {
    const stream = handles.get(self, OutputStream);
    const bytes = memory.bytes(at, size);
    guarded(memory, handles, result, 4, () => {
      if (stream.write(bytes)) memory.setU8(result, 0);
      else storeClosed(memory, result);
    });
  };
  const zeroes = (self: number, length: bigint, result: number) => {
    const stream = handles.get(self, OutputStream);
    if (BigInt.asUintN(64, length) > BigInt(MAX_TRANSFER_BYTES))
      throw new BoxTrapError('the kernel writes more than it was permitted to');
    guarded(memory, handles, result, 4, () => {
      if (stream.write(new Uint8Array(Number(length)))) memory.setU8(result, 0);
      else storeClosed(memory, result);
    });
  };
  // Writes are complete when they return, so there is never anything to flush.
  const flush = (self: number, result: number) => {
    handles.get(self, OutputStream);
    memory.setU8(result, 0);
  };
  const splice = (self: number, source: number, length: bigint, result: number) => {
    const to = handles.get(self, OutputStream);
    const from = handles.get(source, InputStream);
    guarded(memory, handles, result, 8, () => {
      const bytes = from.read(clampLength(length));
      if (bytes === undefined || !to.write(bytes)) return storeClosed(memory, result, 8);
      memory.setU8(result, 0);
      memory.setU64((result >>> 0) + 8, BigInt(bytes.length));
    });
  };
  return {
    '[method]output-stream.check-write': (self: number, result: number) => {
      handles.get(self, OutputStream);
      memory.setU8(result, 0);
      memory.setU64((result >>> 0) + 8, BigInt(MAX_TRANSFER_BYTES));
    },
    '[method]output-stream.write': write,
    '[method]output-stream.blocking-write-and-flush': write,
    '[method]output-stream.flush': flush,
    '[method]output-stream.blocking-flush': flush,
    '[method]output-stream.write-zeroes': zeroes,
    '[method]output-stream.blocking-write-zeroes-and-flush': zeroes,
    '[method]output-stream.splice': splice,
    '[method]output-stream.blocking-splice': splice,
    '[method]output-stream.subscribe': (self: number) => {
      handles.get(self, OutputStream);
      return handles.add(new Pollable(() => true));
    },
    '[resource-drop]output-stream': (self: number) => handles.drop(self, OutputStream),
  };
}

/** An errno of the host becomes `last-operation-failed`. */
function guarded(
  memory: WasiContext['memory'],
  handles: WasiContext['handles'],
  result: number,
  payloadAt: 4 | 8,
  action: () => void,
): void {
  memory.check(result, payloadAt + 8);
  try {
    action();
  } catch (error) {
    if (error instanceof BoxTrapError || error instanceof BoxEnd) throw error;
    errorCodeOf(error);
    storeFailed(memory, result, handles.add(new StreamFailure(error)), payloadAt);
  }
}

function clampLength(length: bigint): number {
  const wanted = BigInt.asUintN(64, length);
  return wanted > BigInt(MAX_TRANSFER_BYTES) ? MAX_TRANSFER_BYTES : Number(wanted);
}
