/** wasi:io/streams: results are result<T, stream-error>; stream-error is last-operation-failed(error) or closed. */

/** `result`: u8 is-error, then at 4: list pointer and length, or the error's case (0 failed, 1 closed). */
// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]input-stream.read')
export declare function inputRead(self: i32, length: u64, result: usize): void;

// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]input-stream.blocking-read')
export declare function inputBlockingRead(self: i32, length: u64, result: usize): void;

// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]input-stream.subscribe')
export declare function inputSubscribe(self: i32): i32;

/** At most 4096 bytes. */
// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]output-stream.blocking-write-and-flush')
export declare function outputWriteAndFlush(self: i32, at: usize, length: usize, result: usize): void;
