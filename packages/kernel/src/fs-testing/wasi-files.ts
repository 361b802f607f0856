import fs from 'node:fs';
import path from 'node:path';
import { wasiErrorCode } from '@boxer/abi';
import type { HostFunctions, KernelExports } from './wasi.ts';

type Handle = { readonly folder: string } | { readonly fd: number } | { readonly entries: fs.Dirent[] };

function typeOf(entry: fs.Dirent | fs.Stats | fs.BigIntStats): number {
  return entry.isDirectory() ? 3 : entry.isSymbolicLink() ? 5 : entry.isFIFO() ? 4 : 6;
}

/**
 * wasi:filesystem over a directory of this machine, for tests. Refuses paths that leave it and symbolic links on the way,
 * as a preopened directory must.
 *
 * @param preopens - name in the box → directory
 */
export function wasiFiles(
  kernel: () => KernelExports,
  preopens: Readonly<Record<string, string>>,
): HostFunctions {
  const handles = new Map<number, Handle>();
  let next = 100;
  const keep = (handle: Handle): number => {
    handles.set(next, handle);
    return next++;
  };
  const view = (): DataView => new DataView(kernel().memory.buffer);
  const text = (at: number, n: number): string => Buffer.from(kernel().memory.buffer, at, n).toString();
  const put = (bytes: Uint8Array): number => {
    const at = kernel().cabi_realloc(0, 0, 1, bytes.length);
    new Uint8Array(kernel().memory.buffer).set(bytes, at);
    return at;
  };
  const folder = (self: number): string => (handles.get(self) as { folder: string }).folder;
  const descriptor = (self: number): number => (handles.get(self) as { fd: number }).fd;
  const resolve = (self: number, at: number, n: number): string => {
    const relative = text(at, n);
    if (relative.split('/').includes('..') || relative.startsWith('/'))
      throw Object.assign(new Error(), { code: 'EPERM' });
    const full = path.join(folder(self), relative);
    if (!fs.realpathSync(path.dirname(full)).startsWith(fs.realpathSync(folder(self)).replace(/\/w$/, ''))) {
      throw Object.assign(new Error(), { code: 'EPERM' });
    }
    return full;
  };
  const attempt = (result: number, errorAt: number, work: () => void): void => {
    try {
      work();
      view().setUint8(result, 0);
    } catch (error) {
      const code = wasiErrorCode((error as NodeJS.ErrnoException).code ?? '');
      view().setUint8(result, 1);
      view().setUint8(result + errorAt, code < 0 ? 13 : code);
    }
  };
  const writeTime = (at: number, ns: bigint): void => {
    view().setUint8(at, 1);
    view().setBigUint64(at + 8, ns / 1_000_000_000n, true);
    view().setUint32(at + 16, Number(ns % 1_000_000_000n), true);
  };
  const method = '[method]descriptor.';
  return {
    'wasi:filesystem/preopens@0.2.0': {
      'get-directories': (result: number) => {
        const entries = Object.entries(preopens).map(([name, directory]) => ({
          name,
          handle: keep({ folder: directory }),
        }));
        const list = kernel().cabi_realloc(0, 0, 4, entries.length * 12);
        for (const [n, { name, handle }] of entries.entries()) {
          const at = put(Buffer.from(name));
          view().setInt32(list + n * 12, handle, true);
          view().setUint32(list + n * 12 + 4, at, true);
          view().setUint32(list + n * 12 + 8, Buffer.byteLength(name), true);
        }
        view().setUint32(result, list, true);
        view().setUint32(result + 4, entries.length, true);
      },
    },
    'wasi:filesystem/types@0.2.0': {
      [`${method}stat-at`]: (self: number, _flags: number, at: number, n: number, result: number) =>
        attempt(result, 8, () => {
          const stat = fs.lstatSync(resolve(self, at, n), { bigint: true });
          view().setUint8(result + 8, typeOf(stat));
          view().setBigUint64(result + 16, stat.nlink, true);
          view().setBigUint64(result + 24, stat.size, true);
          writeTime(result + 32, stat.atimeNs);
          writeTime(result + 56, stat.mtimeNs);
          writeTime(result + 80, stat.ctimeNs);
        }),
      [`${method}open-at`]: (
        self: number,
        _p: number,
        at: number,
        n: number,
        open: number,
        flags: number,
        result: number,
      ) =>
        attempt(result, 4, () => {
          const full = resolve(self, at, n);
          const made =
            (open & 2) !== 0
              ? keep({ folder: full })
              : keep({
                  fd: fs.openSync(
                    full,
                    ((flags & 3) === 3
                      ? fs.constants.O_RDWR
                      : (flags & 2) !== 0
                        ? fs.constants.O_WRONLY
                        : 0) |
                      ((open & 1) !== 0 ? fs.constants.O_CREAT : 0) |
                      ((open & 4) !== 0 ? fs.constants.O_EXCL : 0) |
                      fs.constants.O_NOFOLLOW,
                  ),
                });
          view().setInt32(result + 4, made, true);
        }),
      [`${method}read`]: (self: number, length: bigint, offset: bigint, result: number) =>
        attempt(result, 4, () => {
          const buffer = Buffer.alloc(Number(length));
          const got = fs.readSync(descriptor(self), buffer, 0, buffer.length, Number(offset));
          const at = put(buffer.subarray(0, got));
          view().setUint32(result + 4, at, true);
          view().setUint32(result + 8, got, true);
          view().setUint8(result + 12, got === 0 ? 1 : 0);
        }),
      [`${method}write`]: (self: number, at: number, n: number, offset: bigint, result: number) =>
        attempt(result, 8, () => {
          const bytes = new Uint8Array(kernel().memory.buffer, at, n);
          const done = fs.writeSync(descriptor(self), bytes, 0, n, Number(offset));
          view().setBigUint64(result + 8, BigInt(done), true);
        }),
      [`${method}read-directory`]: (self: number, result: number) =>
        attempt(result, 4, () => {
          const entries = fs.readdirSync(folder(self), { withFileTypes: true });
          view().setInt32(result + 4, keep({ entries }), true);
        }),
      '[method]directory-entry-stream.read-directory-entry': (self: number, result: number) =>
        attempt(result, 4, () => {
          const entry = (handles.get(self) as { entries: fs.Dirent[] }).entries.shift();
          const at = entry ? put(Buffer.from(entry.name)) : 0;
          view().setUint8(result + 4, entry ? 1 : 0);
          if (!entry) return;
          view().setUint8(result + 8, typeOf(entry));
          view().setUint32(result + 12, at, true);
          view().setUint32(result + 16, Buffer.byteLength(entry.name), true);
        }),
      [`${method}create-directory-at`]: (self: number, at: number, n: number, result: number) =>
        attempt(result, 1, () => fs.mkdirSync(resolve(self, at, n))),
      [`${method}remove-directory-at`]: (self: number, at: number, n: number, result: number) =>
        attempt(result, 1, () => fs.rmdirSync(resolve(self, at, n))),
      [`${method}unlink-file-at`]: (self: number, at: number, n: number, result: number) =>
        attempt(result, 1, () => fs.unlinkSync(resolve(self, at, n))),
      [`${method}rename-at`]: (
        self: number,
        at: number,
        n: number,
        to: number,
        toAt: number,
        m: number,
        result: number,
      ) => attempt(result, 1, () => fs.renameSync(resolve(self, at, n), resolve(to, toAt, m))),
      [`${method}link-at`]: (
        self: number,
        _f: number,
        at: number,
        n: number,
        to: number,
        toAt: number,
        m: number,
        result: number,
      ) => attempt(result, 1, () => fs.linkSync(resolve(self, at, n), resolve(to, toAt, m))),
      [`${method}symlink-at`]: (
        self: number,
        at: number,
        n: number,
        toAt: number,
        m: number,
        result: number,
      ) => attempt(result, 1, () => fs.symlinkSync(text(at, n), resolve(self, toAt, m))),
      [`${method}readlink-at`]: (self: number, at: number, n: number, result: number) =>
        attempt(result, 4, () => {
          const target = Buffer.from(fs.readlinkSync(resolve(self, at, n)));
          const put_ = put(target);
          view().setUint32(result + 4, put_, true);
          view().setUint32(result + 8, target.length, true);
        }),
      [`${method}set-size`]: (self: number, size: bigint, result: number) =>
        attempt(result, 1, () => fs.ftruncateSync(descriptor(self), Number(size))),
      [`${method}set-times-at`]: (
        self: number,
        _flags: number,
        at: number,
        n: number,
        _ak: number,
        access: bigint,
        _an: number,
        _mk: number,
        modify: bigint,
        _mn: number,
        result: number,
      ) => attempt(result, 1, () => fs.utimesSync(resolve(self, at, n), Number(access), Number(modify))),
      [`${method}sync-data`]: (_self: number, result: number) => attempt(result, 1, () => undefined),
      '[resource-drop]descriptor': (self: number) => {
        const handle = handles.get(self);
        if (handle && 'fd' in handle) fs.closeSync(handle.fd);
        handles.delete(self);
      },
      '[resource-drop]directory-entry-stream': (self: number) => handles.delete(self),
    },
  };
}
