// @ts-ignore: decorator
@external('wasi:io/poll@0.2.0', 'poll')
export declare function poll(list: usize, count: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:io/poll@0.2.0', '[method]pollable.block')
export declare function pollableBlock(pollable: i32): void;

// @ts-ignore: decorator
@external('wasi:io/poll@0.2.0', '[method]pollable.ready')
export declare function pollableReady(pollable: i32): i32;

// @ts-ignore: decorator
@external('wasi:io/poll@0.2.0', '[resource-drop]pollable')
export declare function dropPollable(pollable: i32): void;
