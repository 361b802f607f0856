// @ts-ignore: decorator
@external('wasi:cli/stderr@0.2.0', 'get-stderr')
declare function getStderr(): i32;

// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]output-stream.blocking-write-and-flush')
declare function blockingWriteAndFlush(stream: i32, at: usize, length: usize, result: usize): void;

const result: usize = memory.data(16, 8);
/** The most blocking-write-and-flush takes at once. */
const PIECE: usize = 4096;
let stream: i32 = -1;

/** Writes to the host's standard error; what cannot be written is lost. */
export function writeStandardError(at: usize, n: usize): void {
  if (stream < 0) stream = getStderr();
  while (n > 0) {
    const piece = min(n, PIECE);
    blockingWriteAndFlush(stream, at, piece, result);
    if (load<u8>(result) != 0) return;
    at += piece;
    n -= piece;
  }
}
