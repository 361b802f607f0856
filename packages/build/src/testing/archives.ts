import { spawnSync } from 'node:child_process';

/** @returns a tar archive of a directory, made by the system's tar */
export function tarOf(directory: string, ...options: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('tar', [...options, '-c', '.'], { cwd: directory });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

const compressor = (program: string) => (bytes: Buffer) => {
  const { status, stdout } = spawnSync(program, ['-c'], { input: bytes, maxBuffer: 2 ** 28 });
  return status === 0 ? stdout : undefined;
};

/** What the program of this name makes of some bytes; undefined when it is not installed. */
export const bzip2 = compressor('bzip2');
export const xz = compressor('xz');
export const zstd = compressor('zstd');
