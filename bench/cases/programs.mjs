/**
 * Real programs of a Debian image: native (the same version for this machine), qemu-user, and Boxer in each of its modes,
 * interleaved. Needs root (for chroot), mmdebstrap, qemu-aarch64-static and npm.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTar, unpacked } from '../support/debian.mjs';
import { interleaved, ratiosTo } from '../support/measure.mjs';
import { boxer, hasCommand, kept, prepare } from '../support/machine.mjs';
import { NODE_SCRIPT, programs } from '../support/program-table.mjs';
import { writeText } from '../support/text.mjs';

const TEXT_BYTES = 100e6;
const ESBUILD = '0.25.0';
const THREE = '0.170.0';
const QEMU = '/usr/bin/qemu-aarch64-static';

export const name = 'programs';
export const repetitions = 3;
export const goals = { 'python-core aot': 4 };

export async function measure(runs) {
  if (process.getuid?.() !== 0) return { skipped: 'only root may chroot into the trees that are compared' };
  if (!existsSync(QEMU)) return { skipped: 'qemu-aarch64-static is not installed' };
  const tars = { arm64: debianTar('programs', 'arm64'), amd64: debianTar('programs', 'amd64') };
  if (!tars.arm64 || !tars.amd64 || !hasCommand('npm'))
    return { skipped: 'mmdebstrap or npm is not installed' };
  const trees = { arm64: unpacked(tars.arm64), amd64: unpacked(tars.amd64) };
  const context = join(kept, 'programs');
  fillContext(context, tars.arm64);
  furnish(trees, join(context, 'bench'));
  const images = buildImages(context);
  const figures = {};
  for (const { name: program, command } of programs) {
    const measured = await interleaved(commandsOf(command, trees, images), runs);
    figures[program] = ratiosTo('native', measured);
    console.log(`  ${program}: ${JSON.stringify(figures[program])}`);
  }
  return figures;
}

function fillContext(context, tar) {
  const data = join(context, 'bench');
  mkdirSync(data, { recursive: true });
  if (!existsSync(join(data, 'text'))) writeText(join(data, 'text'), TEXT_BYTES);
  writeFileSync(join(data, 'script.js'), NODE_SCRIPT);
  if (!existsSync(join(data, 'node_modules'))) {
    prepare(['npm', 'install', '--prefix', data, '--no-audit', '--no-fund', '--force', `three@${THREE}`]);
  }
  for (const machine of ['x64', 'arm64']) {
    const target = join(context, `esbuild-${machine}`);
    if (existsSync(target)) continue;
    const scratch = join(kept, `esbuild-${machine}`);
    mkdirSync(scratch, { recursive: true });
    prepare(['npm', 'pack', '--pack-destination', scratch, `@esbuild/linux-${machine}@${ESBUILD}`]);
    prepare(['tar', 'xzf', join(scratch, `esbuild-linux-${machine}-${ESBUILD}.tgz`), '-C', scratch]);
    copyFileSync(join(scratch, 'package', 'bin', 'esbuild'), target);
  }
  if (!existsSync(join(context, 'programs-arm64.tar'))) prepare(['ln', tar, context]);
  writeFileSync(
    join(context, 'Dockerfile'),
    'FROM scratch\nADD programs-arm64.tar /\nCOPY bench /bench\nCOPY esbuild-arm64 /bench/esbuild\nCMD ["/bin/true"]\n',
  );
}

/** Gives the trees what the image has. */
function furnish(trees, data) {
  for (const [architecture, tree] of Object.entries(trees)) {
    if (!existsSync(join(tree, 'bench'))) cpSync(data, join(tree, 'bench'), { recursive: true });
    const machine = architecture === 'amd64' ? 'x64' : 'arm64';
    copyFileSync(join(data, '..', `esbuild-${machine}`), join(tree, 'bench', 'esbuild'));
    for (const device of ['null', 'zero', 'urandom', 'random']) {
      const path = join(tree, 'dev', device);
      if (!existsSync(path)) prepare(['cp', '-a', `/dev/${device}`, path]);
    }
  }
  copyFileSync(QEMU, join(trees.arm64, 'qemu'));
}

/** One image without translated code, and one that was trained with all programs. */
function buildImages(context) {
  const images = { plain: join(context, 'plain.wasm'), trained: join(context, 'trained.wasm') };
  const training = programs.flatMap(({ command, training = command }) => [
    '--train',
    training.map(quoted).join(' '),
  ]);
  prepare(boxer('build', context, '--aot', 'none', '-o', images.plain));
  prepare(boxer('build', context, '--aot', 'profile', ...training, '-o', images.trained));
  return images;
}

/** As a shell reads it. */
const quoted = (word) => `'${word.replaceAll("'", String.raw`'\''`)}'`;

function commandsOf(command, { arm64, amd64 }, { plain, trained }) {
  const environment = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/tmp'];
  const nothingKept = ['env', 'BOXER_CODE_CACHE=off'];
  return {
    native: [...environment, 'chroot', amd64, ...command],
    qemu: [...environment, 'chroot', arm64, '/qemu', '-cpu', 'cortex-a57', ...command],
    interpreter: [...nothingKept, ...boxer('run', '--jit', 'off', plain, ...command)],
    cold: [...nothingKept, ...boxer('run', plain, ...command)],
    warm: boxer('run', plain, ...command),
    aot: boxer('run', trained, ...command),
  };
}
