import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { SupportBuildError } from '../errors.ts';

const assemblyFolder = fileURLToPath(new URL('../../assembly/', import.meta.url));

/**
 * Compiles the support module (assembly/index.ts): no imports, no runtime, no memory of its own use.
 *
 * @throws {@link SupportBuildError} with the compiler's messages
 */
export async function compileSupportModule(): Promise<Uint8Array<ArrayBuffer>> {
  const options = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort=', '--noAssert'];
  const { error, binary, stderr } = await compileInMemory([
    'index.ts',
    ...options,
    '--outFile',
    'support.wasm',
  ]);
  if (error || !binary) throw new SupportBuildError(stderr, error);
  return binary;
}

async function compileInMemory(args: string[]) {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const messages: string[] = [];
  const { error } = await asc.main([...args, '--baseDir', assemblyFolder], {
    stderr: { write: (chunk: Uint8Array | string) => void messages.push(Buffer.from(chunk).toString()) },
    writeFile(name, contents) {
      if (name.endsWith('.wasm') && typeof contents !== 'string') binary = Uint8Array.from(contents);
    },
  });
  return { error, binary, stderr: messages.join('') };
}
