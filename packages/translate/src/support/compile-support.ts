import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Options of asc; see its `--help`. 112 warns of vectors in exports, which JavaScript cannot call. */
const options: readonly string[] = [
  'assembly/index.ts',
  ...['--runtime', 'stub'],
  ...['--use', 'abort='],
  ...['--enable', 'simd'],
  ...['--disableWarning', '112'],
  '-O3',
  '--converge',
];

/**
 * Compiles assembly/ to the support module. It imports nothing; its memory holds constants.
 *
 * @throws Error with asc's messages when the sources do not compile
 */
export async function compileSupport(): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [...options, '--baseDir', packageRoot, '--outFile', 'support.wasm'],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== 'string') binary = Uint8Array.from(contents);
      },
    },
  );
  if (error ?? !binary) {
    throw new Error(`Cannot compile the support module: ${error?.message}\n${stderr.toString()}`);
  }
  return binary;
}
