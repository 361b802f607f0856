import {
  cliEnvironment,
  cliExit,
  cliStderr,
  cliStdin,
  cliStdout,
  cliTerminal,
  cliTerminalInput,
  cliTerminalOutput,
} from './cli.ts';
import { monotonicClock, wallClock } from './clocks.ts';
import { filesystemTypes, preopens } from './filesystem.ts';
import { ioError, ioPoll, ioStreams } from './io.ts';
import { insecureRandom, insecureSeed, random } from './random.ts';
import type { CoreFunction, WasiContext, WasiInterface } from './wasi-host.ts';

/** Every interface a box may import. What is not here does not exist for a box: there are no sockets in this table. */
const interfaces: Readonly<Record<string, (context: WasiContext) => WasiInterface>> = {
  'wasi:cli/environment': cliEnvironment,
  'wasi:cli/exit': cliExit,
  'wasi:cli/stdin': cliStdin,
  'wasi:cli/stdout': cliStdout,
  'wasi:cli/stderr': cliStderr,
  'wasi:cli/terminal-input': cliTerminalInput,
  'wasi:cli/terminal-output': cliTerminalOutput,
  'wasi:cli/terminal-stdin': cliTerminal('stdin'),
  'wasi:cli/terminal-stdout': cliTerminal('stdout'),
  'wasi:cli/terminal-stderr': cliTerminal('stderr'),
  'wasi:clocks/monotonic-clock': monotonicClock,
  'wasi:clocks/wall-clock': wallClock,
  'wasi:filesystem/preopens': preopens,
  'wasi:filesystem/types': filesystemTypes,
  'wasi:io/error': ioError,
  'wasi:io/poll': ioPoll,
  'wasi:io/streams': ioStreams,
  'wasi:random/random': random,
  'wasi:random/insecure': insecureRandom,
  'wasi:random/insecure-seed': insecureSeed,
};

const VERSION = /@0\.2\.\d+$/;

/**
 * The functions that a kernel imports, and no others.
 *
 * @param wanted - import module and name of each, as in `WebAssembly.Module.imports`
 * @throws Error naming the first import that boxes do not have
 */
export function wasiImports(
  wanted: readonly { readonly module: string; readonly name: string }[],
  context: WasiContext,
): Record<string, Record<string, CoreFunction>> {
  const imports: Record<string, Record<string, CoreFunction>> = {};
  const made = new Map<string, WasiInterface>();
  for (const { module, name } of wanted) {
    const make = VERSION.test(module) ? interfaces[module.replace(VERSION, '')] : undefined;
    if (make === undefined) {
      context.audit.refused('import', `${module} ${name}`, { why: 'boxes do not have it' });
      throw new Error(`it imports ${module}, which boxes do not have`);
    }
    let functions = made.get(module);
    if (functions === undefined) made.set(module, (functions = make(context)));
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (found === undefined) throw new Error(`it imports ${name} of ${module}, which does not exist`);
    (imports[module] ??= {})[name] = found;
  }
  return imports;
}
