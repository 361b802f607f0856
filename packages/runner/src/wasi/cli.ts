import { BoxEnd } from '../guest/box-end.ts';
import { Resource } from '../guest/handle-table.ts';
import { StandardInput, StandardOutput } from './streams.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

/** `wasi:cli/terminal-input.terminal-input` and its output twin: nothing but the knowledge that there is one. */
class Terminal extends Resource {}

/** `wasi:cli/environment@0.2.0` */
export function cliEnvironment(context: WasiContext): WasiInterface {
  const { memory, audit } = context;
  return {
    'get-environment': (result: number) => {
      const STRIDE = 16;
      const list = memory.allocate(context.environment.length * STRIDE, 4);
      context.environment.forEach(([name, value], i) => {
        audit.granted('variable', name);
        memory.setNewText(list + i * STRIDE, name);
        memory.setNewText(list + i * STRIDE + 8, value);
      });
      memory.setU32(result, list);
      memory.setU32((result >>> 0) + 4, context.environment.length);
    },
    'get-arguments': (result: number) => {
      const STRIDE = 8;
      const list = memory.allocate(context.arguments.length * STRIDE, 4);
      context.arguments.forEach((argument, i) => memory.setNewText(list + i * STRIDE, argument));
      memory.setU32(result, list);
      memory.setU32((result >>> 0) + 4, context.arguments.length);
    },
    'initial-cwd': (result: number) => memory.setU8(memory.check(result, 12), 0),
  };
}

/** `wasi:cli/exit@0.2.0` */
export function cliExit(): WasiInterface {
  return {
    exit: (failed: number) => {
      throw new BoxEnd('exit', failed === 0 ? 0 : 1);
    },
  };
}

/** `wasi:cli/stdin@0.2.0` */
export function cliStdin({ handles, stdin, audit }: WasiContext): WasiInterface {
  return {
    'get-stdin': () => {
      audit.granted('stdin', 'standard input');
      return handles.add(new StandardInput(stdin));
    },
  };
}

/** `wasi:cli/stdout@0.2.0` */
export function cliStdout({ handles, stdout }: WasiContext): WasiInterface {
  return { 'get-stdout': () => handles.add(new StandardOutput(stdout)) };
}

/** `wasi:cli/stderr@0.2.0` */
export function cliStderr({ handles, stderr }: WasiContext): WasiInterface {
  return { 'get-stderr': () => handles.add(new StandardOutput(stderr)) };
}

/** `wasi:cli/terminal-input@0.2.0` */
export function cliTerminalInput({ handles }: WasiContext): WasiInterface {
  return { '[resource-drop]terminal-input': (self: number) => handles.drop(self, Terminal) };
}

/** `wasi:cli/terminal-output@0.2.0` */
export function cliTerminalOutput({ handles }: WasiContext): WasiInterface {
  return { '[resource-drop]terminal-output': (self: number) => handles.drop(self, Terminal) };
}

/** `wasi:cli/terminal-stdin@0.2.0`, `terminal-stdout`, `terminal-stderr` */
export function cliTerminal(name: 'stdin' | 'stdout' | 'stderr'): (context: WasiContext) => WasiInterface {
  return ({ memory, handles, terminal }) => ({
    [`get-terminal-${name}`]: (result: number) => {
      memory.setU8(memory.check(result, 8), terminal ? 1 : 0);
      if (terminal) memory.setU32((result >>> 0) + 4, handles.add(new Terminal()));
    },
  });
}
