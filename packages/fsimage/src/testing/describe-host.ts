import { execFileSync } from 'node:child_process';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { digestOf } from '@boxer/foundation';
import { compareNames, decodeName, encodeName } from '../file-name.ts';
import type { Description } from './describe-tree.ts';

/** Linux's own view of a directory: what lstat(2), readlink(2) and getfattr(1) say of everything in it. */
export function describeHost(root: string): Record<string, Description> {
  const described: Record<string, Description> = {};
  const xattrs = hostXattrs(root);
  const firstPaths = new Map<bigint, string>();
  const visit = (path: string): void => {
    const host = encodeName(root + path);
    const stat = lstatSync(host, { bigint: true });
    if (!firstPaths.has(stat.ino)) firstPaths.set(stat.ino, path);
    described[path] = {
      mode: stat.mode.toString(8),
      owner: `${stat.uid}:${stat.gid}`,
      mtime: hostTime(stat.mtimeNs),
      nlink: Number(stat.nlink),
      data: hostData(host, stat),
      xattrs: xattrs.get(path) ?? '',
      sameAs: firstPaths.get(stat.ino) ?? '',
    };
    if (!stat.isDirectory()) return;
    const names = readdirSync(host, { encoding: 'buffer' }).map(decodeName).sort(compareNames);
    for (const name of names) visit(path === '/' ? `/${name}` : `${path}/${name}`);
  };
  visit('/');
  return described;
}

function hostTime(nanoseconds: bigint): string {
  const seconds =
    nanoseconds >= 0n ? nanoseconds / 1_000_000_000n : -((-nanoseconds + 999_999_999n) / 1_000_000_000n);
  return `${seconds}.${String(nanoseconds - seconds * 1_000_000_000n).padStart(9, '0')}`;
}

function hostData(path: Buffer, stat: BigIntStats): string {
  if (stat.isFile()) return digestOf(readFileSync(path));
  if (stat.isSymbolicLink()) return decodeName(readlinkSync(path, { encoding: 'buffer' }));
  if (stat.isCharacterDevice() || stat.isBlockDevice()) {
    // Linux include/linux/kdev_t.h, new_decode_dev: how stat(2) packs device numbers.
    const device = Number(stat.rdev);
    return `${(device >> 8) & 0xfff}:${(device & 0xff) | ((device >> 12) & 0xfff00)}`;
  }
  return '';
}

function hostXattrs(root: string): Map<string, string> {
  const dump = execFileSync(
    'getfattr',
    ['-R', '-h', '-P', '-d', '-m', '-', '-e', 'hex', '--absolute-names', root],
    {
      encoding: 'utf8',
    },
  );
  const found = new Map<string, string>();
  for (const paragraph of dump.split('\n\n')) {
    const [header = '', ...lines] = paragraph.trim().split('\n');
    const path = header.replace('# file: ', '').slice(root.length) || '/';
    found.set(
      path,
      lines
        .map((line) => line.replace('=0x', '='))
        .sort()
        .join(' '),
    );
  }
  return found;
}
