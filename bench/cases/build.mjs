/**
 * Build time of a Debian base with 1,000 copied files, cold and cached, and of a context of 1 GiB of which `.dockerignore`
 * leaves out nearly all; each beside buildah where it is installed. The base is pulled before: what that takes is told.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTar } from '../support/debian.mjs';
import { boxer, hasCommand, kept, prepare } from '../support/machine.mjs';
import { interleaved, runOnce, summaryOf } from '../support/measure.mjs';

const FILES = 1000;
const MIB = 1024 * 1024;

export const name = 'build';
export const repetitions = 5;
/** Beyond the pull of the base. */
export const goals = { 'cold medianMs': 2000, 'cached medianMs': 500 };

export async function measure(runs) {
  const tar = debianTar();
  if (tar === undefined) return { skipped: 'mmdebstrap is not installed' };
  const cache = join(kept, 'build-cache');
  const env = (...words) => ['env', `BOXER_CACHE_DIR=${cache}`, ...boxer(...words)];
  const buildah = (...words) => ['buildah', '--storage-driver=vfs', ...words];
  const base = makeBase(tar);
  const files = makeContext('build', { large: false });
  const ignored = makeContext('build-ignored', { large: true });
  const withBuildah = hasCommand('buildah');

  rmSync(cache, { recursive: true, force: true });
  prepare(env('image', 'load', '--name', 'bench-debian:1', base));
  if (withBuildah) {
    const id = prepare(buildah('pull', '-q', '--arch=arm64', `oci-archive:${base}`)).trim();
    for (const context of [files, ignored])
      writeFileSync(join(context, 'Dockerfile.buildah'), `FROM ${id}\nCOPY . /files/\n`);
  }
  const figures = { pull: summaryOf([await runOnce(env('build', files, '-o', join(kept, 'pull.wasm')))]) };

  const boxerBuild = (context, ...flags) =>
    env('build', context, ...flags, '-o', join(kept, 'build-image.wasm'));
  const bud = (context, ...flags) =>
    buildah(
      'bud',
      '--isolation=chroot',
      '--platform=linux/arm64',
      '-q',
      ...flags,
      '-f',
      join(context, 'Dockerfile.buildah'),
      context,
    );
  const commands = {
    cold: boxerBuild(files, '--no-cache'),
    cached: boxerBuild(files),
    // Nothing but the output is missing.
    cachedOutputGone: {
      before: () => rmSync(join(kept, 'build-image.wasm'), { force: true }),
      run: boxerBuild(files),
    },
    ignoredCold: boxerBuild(ignored, '--no-cache'),
    ignoredCached: boxerBuild(ignored),
    ...(withBuildah
      ? {
          buildahCold: bud(files, '--no-cache'),
          buildahCached: bud(files, '--layers'),
          buildahIgnoredCold: bud(ignored, '--no-cache'),
          buildahIgnoredCached: bud(ignored, '--layers'),
        }
      : {}),
  };
  return { ...figures, ...(await interleaved(commands, runs)) };
}

/** @returns an archive of Debian as an image, which both builders load */
function makeBase(tar) {
  const context = join(kept, 'build-base');
  const archive = join(kept, 'build-base.tar');
  mkdirSync(context, { recursive: true });
  if (existsSync(archive)) return archive;
  rmSync(join(context, 'base.tar'), { force: true });
  prepare(['ln', tar, join(context, 'base.tar')]);
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD base.tar /\nCMD ["bash"]\n');
  prepare(boxer('build', context, '--output', `type=oci,dest=${archive}`));
  return archive;
}

/** @returns a context of {@link FILES} small files, and of 1 GiB beside them that is ignored */
function makeContext(directory, { large }) {
  const context = join(kept, directory);
  mkdirSync(join(context, 'files'), { recursive: true });
  for (let i = 0; i < FILES; i++) {
    const path = join(context, 'files', `file-${i}.txt`);
    if (!existsSync(path)) writeFileSync(path, `file ${i}\n`.repeat(i % 50));
  }
  if (large) {
    const block = Buffer.alloc(16 * MIB, 'ignored ');
    for (let d = 0; d < 16; d++) {
      const deep = join(context, 'node_modules', `package-${d}`, 'lib');
      mkdirSync(deep, { recursive: true });
      if (existsSync(join(deep, 'big-3'))) continue;
      for (let i = 0; i < 1000; i++) writeFileSync(join(deep, `small-${i}`), '');
      for (let i = 0; i < 4; i++) writeFileSync(join(deep, `big-${i}`), block);
    }
    writeFileSync(join(context, '.dockerignore'), 'node_modules\n');
  }
  writeFileSync(join(context, 'Dockerfile'), 'FROM bench-debian:1\nCOPY . /files/\n');
  return context;
}
