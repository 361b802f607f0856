import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIf, itIf, whyNoCommand, whyNotRoot } from '@boxer/foundation/testing';
import { Spool } from '../content/spool.ts';
import { describeHost } from '../testing/describe-host.ts';
import { describeTree } from '../testing/describe-tree.ts';
import { Tree } from '../tree/tree.ts';
import { applyLayer } from './apply-layer.ts';

/** Machines that build something else at the same time are slow. */
const SLOW_MS = 60_000;

/** Oracle: what GNU tar extracts on Linux, seen through lstat(2) and getfattr(1). Needs root for owners and devices. */
const whyNot = whyNotRoot() ?? whyNoCommand('tar', 'getfattr', 'setfattr', 'mknod', 'mkfifo');

describeIf(whyNot, 'applyLayer against GNU tar', () => {
  let work: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'fsimage-oracle-'));
    makeFiles(join(work, 'made'));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  // v7 and ustar cannot hold the long names, the attributes or the sub-second times: those differ for GNU tar as well.
  const formats = ['--format=gnu', '--format=pax', '--format=posix --xattrs --xattrs-include=*'];
  it.each(formats)(
    'reads tar %s',
    async (format) => {
      const archive = join(work, 'made.tar');
      execFileSync('tar', [
        ...format.split(' '),
        '--numeric-owner',
        '-C',
        join(work, 'made'),
        '-cf',
        archive,
        '.',
      ]);
      await compareWithTar(archive);
    },
    SLOW_MS,
  );

  itIf(
    whyNoCommand('bsdtar'),
    'reads what bsdtar writes',
    async () => {
      const archive = join(work, 'bsd.tar');
      execFileSync('bsdtar', [
        '--format',
        'pax',
        '--numeric-owner',
        '-C',
        join(work, 'made'),
        '-cf',
        archive,
        '.',
      ]);
      await compareWithTar(archive);
    },
    SLOW_MS,
  );

  for (const compressor of ['gzip', 'zstd'])
    itIf(
      whyNoCommand(compressor),
      `detects ${compressor}`,
      async () => {
        const archive = join(work, `made.${compressor}`);
        execFileSync('tar', [
          '--format=pax',
          `--use-compress-program=${compressor}`,
          '-C',
          join(work, 'made'),
          '-cf',
          archive,
          '.',
        ]);
        await compareWithTar(archive);
      },
      SLOW_MS,
    );

  it(
    'reads part of a real system',
    async () => {
      const archive = join(work, 'etc.tar');
      execFileSync('tar', [
        '--format=pax',
        '--sort=name',
        '-C',
        '/',
        '-cf',
        archive,
        'etc',
        'usr/lib/systemd',
        'usr/share/perl',
      ]);
      await compareWithTar(archive);
    },
    SLOW_MS,
  );

  async function compareWithTar(archive: string): Promise<void> {
    const extracted = mkdtempSync(join(work, 'extracted-'));
    chmodSync(extracted, 0o755);
    execFileSync('tar', [
      '--xattrs',
      '--xattrs-include=*',
      '--same-owner',
      '--delay-directory-restore',
      '-p',
      '-C',
      extracted,
      '-xf',
      archive,
    ]);
    await using spool = await Spool.create();
    const tree = new Tree();
    await applyLayer(tree, createReadStream(archive), { spool });
    const expected = describeHost(extracted);
    const actual = await describeTree(tree);
    // Directories that the archive only implies get the time of extraction on Linux.
    for (const [path, description] of Object.entries(actual)) {
      const host = expected[path];
      if (description.mtime === '0.000000000' && host !== undefined) {
        expected[path] = { ...host, mtime: description.mtime };
      }
    }
    expect(actual).toEqual(expected);
    rmSync(extracted, { recursive: true, force: true });
  }
});

/** One of everything that a root filesystem may hold. */
function makeFiles(root: string): void {
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: root });
  mkdirSync(join(root, 'directory/sticky'), { recursive: true });
  writeFileSync(join(root, 'file'), 'contents\n');
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'block'), Buffer.alloc(512, 7));
  writeFileSync(join(root, 'large'), Buffer.alloc(3_000_001, 'abc'));
  writeFileSync(join(root, 'name with blanks and ünïcödé'), 'x');
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'bytes-')), Buffer.from([0xff, 0xfe, 0x41])]), 'x');
  mkdirSync(join(root, 'd'.repeat(200), 'e'.repeat(200)), { recursive: true });
  writeFileSync(join(root, 'd'.repeat(200), 'e'.repeat(200), 'f'.repeat(200)), 'deep');
  symlinkSync('file', join(root, 'link'));
  symlinkSync('/nowhere/'.repeat(30), join(root, 'long-link'));
  run('ln', 'large', 'directory/hard');
  run('ln', 'link', 'hard-link-to-link');
  run('mkfifo', 'pipe');
  run('mknod', 'null', 'c', '1', '3');
  run('mknod', 'disk', 'b', '259', '70000');
  run('chmod', '4755', 'file');
  run('chmod', '1777', 'directory/sticky');
  run('chmod', '2750', 'directory');
  run('chown', '1000:2000', 'file');
  run('chown', '3000000000:3000000000', 'empty');
  run('setfattr', '-n', 'user.note', '-v', 'plain', 'block');
  run('setfattr', '-n', 'user.binary', '-v', '0x00ff0a3d80', 'block');
  // VFS_CAP_REVISION_2 with CAP_NET_RAW: bytes that are no UTF-8 in general.
  run('setfattr', '-n', 'security.capability', '-v', '0x0100000200200000000000000000000000000000', 'block');
  utimesSync(join(root, 'block'), 1.25, 1234567890.125);
  run('touch', '-d', '1960-02-03 04:05:06.75 UTC', 'empty');
}
