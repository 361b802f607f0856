/** Python of a Debian image: start, and a small computation, beside qemu-user on the same tree. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTar, unpacked } from '../support/debian.mjs';
import { interleaved } from '../support/measure.mjs';
import { boxer, hasCommand, kept, prepare } from '../support/machine.mjs';

export const name = 'python';
export const repetitions = 5;
export const goals = { 'start medianMs': 1000 };

const COMPUTATION = [
  'def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)',
  'fib(22)',
  'd = {}',
  'for i in range(100000): d[str(i)] = i',
].join('\n');

export async function measure(runs) {
  const tar = debianTar();
  if (tar === undefined) return { skipped: 'mmdebstrap is not installed' };
  const context = join(kept, 'python');
  mkdirSync(context, { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD trixie-arm64.tar /\nCMD ["python3"]\n');
  if (!existsSync(join(context, 'trixie-arm64.tar'))) prepare(['ln', tar, context]);
  const image = join(context, 'python.wasm');
  prepare(boxer('build', context, '-o', image));
  const commands = {
    start: boxer('run', image, 'python3', '-c', 'print(1)'),
    compute: boxer('run', image, 'python3', '-c', COMPUTATION),
  };
  if (hasCommand('qemu-aarch64-static')) {
    const tree = unpacked(tar);
    const qemu = ['qemu-aarch64-static', '-cpu', 'cortex-a57', '-L', tree, join(tree, 'usr/bin/python3')];
    // Python finds its library beside the program, given the tree as its home.
    const python = [...qemu.slice(0, 5), '-E', `PYTHONHOME=${join(tree, 'usr')}`, ...qemu.slice(5)];
    commands.qemuStart = [...python, '-c', 'print(1)'];
    commands.qemuCompute = [...python, '-c', COMPUTATION];
  }
  return interleaved(commands, runs);
}
