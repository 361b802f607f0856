/** Build time of a Debian base with 1,000 copied files, cold and cached, beside buildah where it is installed. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, runOnce } from '../support/measure.mjs';
import { boxer, debianTar, hasCommand, kept, prepare } from '../support/machine.mjs';

const FILES = 1000;
const RUNS = 3;

export const name = 'build';
/** Beyond the pull of the base, which `base` measures. */
export const goals = {};

export async function measure() {
  const tar = debianTar();
  if (tar === undefined) return { skipped: 'mmdebstrap is not installed' };
  const context = join(kept, 'build');
  mkdirSync(join(context, 'files'), { recursive: true });
  if (!existsSync(join(context, 'trixie-arm64.tar'))) prepare(['ln', tar, context]);
  for (let i = 0; i < FILES; i++)
    writeFileSync(join(context, 'files', `file-${i}.txt`), `file ${i}\n`.repeat(i % 50));
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD trixie-arm64.tar /\nCOPY files /files/\n');
  const cache = join(kept, 'build-cache');
  const build = [
    'env',
    `BOXER_CACHE_DIR=${cache}`,
    ...boxer('build', context, '-o', join(context, 'image.wasm')),
  ];
  const commands = { cold: build, cached: build };
  if (hasCommand('buildah')) {
    commands.buildahCold = [
      'buildah',
      '--storage-driver=vfs',
      'bud',
      '--no-cache',
      '--isolation=chroot',
      '-q',
      context,
    ];
  }
  const samples = Object.fromEntries(Object.keys(commands).map((key) => [key, []]));
  for (let run = 0; run < RUNS; run++) {
    rmSync(cache, { recursive: true, force: true });
    for (const [key, command] of Object.entries(commands)) samples[key].push(await runOnce(command));
  }
  return Object.fromEntries(
    Object.entries(samples).map(([key, list]) => [
      key,
      {
        medianMs: Math.round(median(list.map(({ wallMs }) => wallMs))),
        peakMiB: Math.round(median(list.map(({ peakMiB }) => peakMiB))),
      },
    ]),
  );
}
