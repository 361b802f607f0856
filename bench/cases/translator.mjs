/**
 * Speed of the translator on real code, python3.13 and libc of Debian trixie: guest instructions a millisecond of processor
 * time, in a fresh process and when it is warm, and bytes of WebAssembly an instruction. Functions are those that the file
 * names for unwinding. Needs mmdebstrap, or a tree that it made before.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, rounded } from '../support/measure.mjs';
import { debianTar, unpacked } from '../support/debian.mjs';

const FILES = { python: 'usr/bin/python3.13', libc: 'usr/lib/aarch64-linux-gnu/libc.so.6' };
const script = fileURLToPath(new URL('../support/translate-file.mjs', import.meta.url));

export const name = 'translator';
export const repetitions = 3;
/** Bounds from above: what the goals of 40 and 100 instructions a millisecond come to, in microseconds an instruction. */
export const goals = {
  'python coldUs': 25,
  'python warmUs': 10,
  'python bytes': 16,
  'libc coldUs': 25,
  'libc warmUs': 10,
  'libc bytes': 16,
};

export async function measure(runs) {
  const tar = debianTar();
  if (tar === undefined) return { skipped: 'mmdebstrap is not installed' };
  const tree = unpacked(tar);
  return Object.fromEntries(
    Object.entries(FILES).map(([title, path]) => {
      const done = Array.from({ length: runs }, () => translate(join(tree, path)));
      const of = (key) => rounded(median(done.map((run) => run[key])), 1);
      return [title, { coldUs: of('coldUs'), warmUs: of('warmUs'), bytes: of('bytes') }];
    }),
  );
}

/** In a process of its own: what is warm stays warm. */
function translate(file) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} ${file}: ${stderr}`);
  return JSON.parse(stdout);
}
