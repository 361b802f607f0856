// @ts-ignore: decorator
@external('wasi:cli/stdin@0.2.0', 'get-stdin')
export declare function getStdin(): i32;

// @ts-ignore: decorator
@external('wasi:cli/stdout@0.2.0', 'get-stdout')
export declare function getStdout(): i32;

// @ts-ignore: decorator
@external('wasi:cli/stderr@0.2.0', 'get-stderr')
export declare function getStderr(): i32;

/** `result`: u8 is-some, at 4 the terminal-input resource. */
// @ts-ignore: decorator
@external('wasi:cli/terminal-stdin@0.2.0', 'get-terminal-stdin')
export declare function getTerminalStdin(result: usize): void;

// @ts-ignore: decorator
@external('wasi:cli/terminal-stdout@0.2.0', 'get-terminal-stdout')
export declare function getTerminalStdout(result: usize): void;

// @ts-ignore: decorator
@external('wasi:cli/terminal-stderr@0.2.0', 'get-terminal-stderr')
export declare function getTerminalStderr(result: usize): void;
