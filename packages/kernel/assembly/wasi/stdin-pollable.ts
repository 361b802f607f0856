// @ts-ignore: decorator
@external('wasi:cli/stdin@0.2.0', 'get-stdin')
declare function getStdin(): i32;

// @ts-ignore: decorator
@external('wasi:io/streams@0.2.0', '[method]input-stream.subscribe')
declare function subscribe(stream: i32): i32;

let stream: i32 = -1;
let pollable: i32 = -1;

/** The pollable of standard input; lives as long as the box. */
export function stdinPollable(): i32 {
  if (stream < 0) stream = getStdin();
  if (pollable < 0) pollable = subscribe(stream);
  return pollable;
}
