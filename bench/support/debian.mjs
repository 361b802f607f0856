/** Debian trees, made by mmdebstrap once and kept between runs. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianTar as makeDebianTar, whyNoDebianTar } from '../../scripts/debian.mjs';
import { kept, prepare } from './machine.mjs';

/** What is in a tree beside what the packages need. */
const packages = {
  trixie:
    'bash,coreutils,python3,sqlite3,git,perl-base,grep,sed,findutils,dash,libc-bin,base-files,base-passwd',
  programs:
    'base-files,base-passwd,bash,coreutils,dash,gzip,libc-bin,nodejs,perl-base,python3,ripgrep,sqlite3',
};

/**
 * @param name - "trixie" or "programs"
 * @param architecture - "arm64" or "amd64"
 * @returns the path of the tree as a tar archive; undefined without mmdebstrap
 */
export function debianTar(name = 'trixie', architecture = 'arm64') {
  const path = join(kept, `${name}-${architecture}.tar`);
  if (whyNoDebianTar(path) !== undefined) return undefined;
  return makeDebianTar(path, { suite: 'trixie', architecture, packages: packages[name] });
}

/** @returns the folder into which the archive was unpacked; device files are left out */
export function unpacked(tar) {
  const tree = tar.replace(/\.tar$/, '');
  if (existsSync(tree)) return tree;
  const partial = `${tree}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  prepare(['tar', 'xf', tar, '-C', partial, '--exclude=./dev/*']);
  renameSync(partial, tree);
  return tree;
}
