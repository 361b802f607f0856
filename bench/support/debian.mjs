/** Debian trees of both architectures, made by mmdebstrap once and kept between runs. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCommand, kept, prepare } from './machine.mjs';

const PACKAGES = [
  'base-files',
  'base-passwd',
  'bash',
  'coreutils',
  'dash',
  'gzip',
  'libc-bin',
  'nodejs',
  'perl-base',
  'python3',
  'ripgrep',
  'sqlite3',
];

/**
 * @param architecture - "arm64" or "amd64"
 * @returns the path of the tree as a tar archive; undefined without mmdebstrap
 */
export function programsTar(architecture) {
  const path = join(kept, `programs-${architecture}.tar`);
  if (existsSync(path)) return path;
  if (!hasCommand('mmdebstrap')) return undefined;
  const options = ['--quiet', `--arch=${architecture}`, '--variant=extract'];
  prepare(['mmdebstrap', ...options, `--include=${PACKAGES.join(',')}`, 'trixie', path]);
  return path;
}

/** @returns the folder into which the archive was unpacked; device files are left out */
export function unpacked(tar) {
  const tree = tar.replace(/\.tar$/, '');
  if (!existsSync(tree)) {
    mkdirSync(tree);
    prepare(['tar', 'xf', tar, '-C', tree, '--exclude=./dev/*']);
  }
  return tree;
}
