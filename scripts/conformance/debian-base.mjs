/** The base image of the cases that need one: Debian bookworm for arm64, made by mmdebstrap and kept. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianTar, whyNoDebianTar, writeLayout } from '../debian.mjs';

const PACKAGES =
  'apt,base-files,base-passwd,bash,coreutils,dash,findutils,grep,hostname,libc-bin,mawk,passwd,perl-base,sed,tar';
const KEPT = join(tmpdir(), 'boxer-conformance-debian');

/** Files of the reference's architecture in the base of a case that compares their bytes, and what has them. */
const foreignFiles = {
  'copy-xattr-cap': { architecture: 'amd64', package: 'coreutils', path: './bin/true' },
};

// Maintainer scripts do not run; what the cases need of their work.
const HOOKS = [
  'cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"',
  'cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"',
  // That of the base which the reference used.
  'echo vm > "$1/etc/hostname"',
  'ln -s mawk "$1/usr/bin/awk"',
  // So that builders which give RUN a file of their own here need not create one.
  ': > "$1/etc/hosts"',
];

const keptTar = (architecture) => join(KEPT, `bookworm-${architecture}.tar`);

/** @returns why there is no base, or undefined */
export function whyNoDebianBase() {
  const why = process.env.BOXER_BOOKWORM_TAR ? undefined : whyNoDebianTar(keptTar('arm64'));
  return why && `${why} and BOXER_BOOKWORM_TAR is not set`;
}

/**
 * @param directory where to write the images
 * @returns {{ base?: string, why?: string, baseOf?: (name: string) => string }} value for
 *   `--build-context debian:bookworm=`, or why there is none; and that for the case of a name
 */
export function debianBase(directory) {
  const why = whyNoDebianBase();
  if (why !== undefined) return { why };
  const hooks = HOOKS.map((hook) => `--extract-hook=${hook}`);
  let tar = process.env.BOXER_BOOKWORM_TAR;
  try {
    tar ||= bookworm('arm64', PACKAGES, hooks);
  } catch (error) {
    // Without a network, say.
    return { why: error.message };
  }
  const layout = (tars, name) => writeLayout(tars, join(directory, name), 'mmdebstrap bookworm');
  const base = layout([tar], 'arm64');
  const special = new Map();
  for (const [name, file] of Object.entries(foreignFiles)) {
    const layer = foreignLayer(file, directory);
    if (layer !== undefined) special.set(name, layout([tar, layer], name));
  }
  return { base, baseOf: (name) => special.get(name) ?? base };
}

function bookworm(architecture, packages, hooks) {
  return debianTar(keptTar(architecture), { suite: 'bookworm', architecture, packages, hooks });
}

/** @returns a layer with one file of another architecture, or undefined when that cannot be had */
function foreignLayer({ architecture, package: name, path }, directory) {
  let tar;
  try {
    tar = bookworm(architecture, name);
  } catch {
    return undefined;
  }
  const root = fs.mkdtempSync(join(directory, 'foreign-'));
  const layer = join(root, 'layer.tar');
  for (const action of [`-xf${tar}`, `-cf${layer}`]) {
    const { status, stderr } = spawnSync('tar', [action, path], { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar: ${stderr}`);
  }
  return layer;
}
