import { isErrno } from '@boxer/foundation';
import { BoxTrapError } from '../errors.ts';
import { Resource } from '../guest/handle-table.ts';
import type { NewTimes } from '../host-files/host-directory.ts';
import { HostErrno } from '../host-files/host-errno.ts';
import type { HostStats } from '../host-files/host-fs.ts';
import { secondsOf } from '../host-files/host-values.ts';
import { asDirectory, asFile, Descriptor, DirectoryDescriptor, FileDescriptor } from './descriptor.ts';
import { descriptorType, storeStat } from './file-stat.ts';
import {
  descriptorFlags,
  fileOffset,
  newTimes,
  openWish,
  storeIdentity,
  type TimeArguments,
  transferLength,
} from './filesystem-values.ts';
import { decodePath, NamedPlace, requireWritable } from './named-place.ts';
import { storeFileResult } from './results.ts';
import { FileInput, FileOutput, StreamFailure, writeWhole } from './streams.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

/** `directory-entry-stream`: the entries as they were when it was made. */
class DirectoryEntries extends Resource {
  next = 0;
  constructor(
    readonly names: readonly string[],
    readonly directory: DirectoryDescriptor,
  ) {
    super();
  }
}

/** `wasi:filesystem/preopens@0.2.0`: the mounts that the policy grants, named by their place in the box. */
export function preopens({ memory, handles, mounts, audit }: WasiContext): WasiInterface {
  const STRIDE = 12;
  return {
    'get-directories': (result: number) => {
      const list = memory.allocate(mounts.length * STRIDE, 4);
      mounts.forEach((mount, i) => {
        audit.granted('mount', mount.guest, { host: mount.host, mode: mount.writable ? 'rw' : 'ro' });
        memory.setU32(
          list + i * STRIDE,
          handles.add(new DirectoryDescriptor(mount, mount.guest, mount.root)),
        );
        memory.setNewText(list + i * STRIDE + 4, mount.guest);
      });
      memory.setU32(result, list);
      memory.setU32((result >>> 0) + 4, mounts.length);
    },
  };
}

/** `wasi:filesystem/types@0.2.0` */
export function filesystemTypes(context: WasiContext): WasiInterface {
  return {
    ...fileFunctions(context),
    ...nameFunctions(context),
    ...directoryFunctions(context),
    '[resource-drop]descriptor': (self: number) => context.handles.drop(self, Descriptor),
    'filesystem-error-code': (error: number, result: number) => {
      context.handles.get(error, StreamFailure);
      context.memory.setU8(context.memory.check(result, 2), 0);
    },
  };
}

/** Functions of an open file, or of any descriptor itself. */
function fileFunctions({ memory, handles, audit }: WasiContext): WasiInterface {
  const descriptor = (self: number) => handles.get(self, Descriptor);
  return {
    '[method]descriptor.read': (self: number, length: bigint, offset: bigint, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 4, (at) => {
        asFile(target, 'read');
        const max = transferLength(length);
        const buffer = memory.allocate(max, 1);
        // The kernel's allocator is the kernel's code: it may have closed the file, whose number then is another's.
        const { file } = asFile(descriptor(self), 'read');
        const n =
          max === 0 ? 0 : file.fs.readSync(file.fd, memory.bytes(buffer, max), 0, max, fileOffset(offset));
        memory.setU32(at, buffer);
        memory.setU32(at + 4, n);
        memory.setU8(at + 8, n === 0 ? 1 : 0);
      });
    },
    '[method]descriptor.write': (
      self: number,
      from: number,
      size: number,
      offset: bigint,
      result: number,
    ) => {
      const target = descriptor(self);
      const bytes = memory.bytes(from, size);
      storeFileResult(memory, result, 8, (at) => {
        const { file } = asFile(target, 'write');
        writeWhole(file.fs, file.fd, bytes, fileOffset(offset));
        memory.setU64(at, BigInt(bytes.length));
      });
    },
    '[method]descriptor.read-via-stream': (self: number, offset: bigint, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 4, (at) =>
        memory.setU32(at, handles.add(new FileInput(asFile(target, 'read').file, fileOffset(offset)))),
      );
    },
    '[method]descriptor.write-via-stream': (self: number, offset: bigint, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 4, (at) =>
        memory.setU32(at, handles.add(new FileOutput(asFile(target, 'write').file, fileOffset(offset)))),
      );
    },
    '[method]descriptor.append-via-stream': (self: number, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 4, (at) =>
        memory.setU32(at, handles.add(new FileOutput(asFile(target, 'write').file, 'end'))),
      );
    },
    '[method]descriptor.advise': (
      self: number,
      _offset: bigint,
      _length: bigint,
      _advice: number,
      result: number,
    ) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 1, () => void asFile(target, 'any'));
    },
    '[method]descriptor.sync': (self: number, result: number) => storeSync(self, result),
    '[method]descriptor.sync-data': (self: number, result: number) => storeSync(self, result),
    '[method]descriptor.set-size': (self: number, size: bigint, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 1, () => {
        requireWritable(audit, target, 'truncate', target.path);
        const { file } = asFile(target, 'write');
        file.fs.ftruncateSync(file.fd, fileOffset(size));
      });
    },
    '[method]descriptor.set-times': (self: number, ...times: TimeArguments) => {
      const target = descriptor(self);
      storeFileResult(memory, times[6], 1, () => {
        requireWritable(audit, target, 'touch', target.path);
        const wanted = newTimes(times);
        if (target instanceof FileDescriptor) touchFile(target, wanted);
        else asDirectory(target).directory.setTimes(undefined, wanted);
      });
    },
    '[method]descriptor.get-flags': (self: number, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 1, (at) => memory.setU8(at, flagsOf(target)));
    },
    '[method]descriptor.get-type': (self: number, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 1, (at) => memory.setU8(at, descriptorType(statOf(target))));
    },
    '[method]descriptor.stat': (self: number, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 8, (at) => storeStat(memory, at, statOf(target)));
    },
    '[method]descriptor.is-same-object': (self: number, other: number) => {
      const [a, b] = [statOf(descriptor(self)), statOf(descriptor(other))];
      return a.dev === b.dev && a.ino === b.ino ? 1 : 0;
    },
    '[method]descriptor.metadata-hash': (self: number, result: number) => {
      const target = descriptor(self);
      storeFileResult(memory, result, 8, (at) => storeIdentity(memory, at, statOf(target)));
    },
  };

  function storeSync(self: number, result: number): void {
    const target = descriptor(self);
    storeFileResult(memory, result, 1, () => {
      if (target instanceof FileDescriptor) target.file.fs.fsyncSync(target.file.fd);
    });
  }
}

/** Functions that take a path below a directory. */
function nameFunctions(context: WasiContext): WasiInterface {
  const { memory, handles, audit } = context;
  const at = (self: number, path: number, size: number) =>
    new NamedPlace(audit, handles.get(self, Descriptor), decodePath(memory.bytes(path, size)));
  /** A function (self, path, result) without a value. */
  const change =
    (action: string, apply: (place: NamedPlace) => void) =>
    (self: number, path: number, size: number, result: number) => {
      const place = at(self, path, size);
      storeFileResult(memory, result, 1, () => {
        place.requireWritable(action);
        apply(place);
      });
    };
  return {
    '[method]descriptor.open-at': (
      self: number,
      _pathFlags: number,
      path: number,
      size: number,
      how: number,
      flags: number,
      result: number,
    ) => {
      const place = at(self, path, size);
      storeFileResult(memory, result, 4, (to) =>
        memory.setU32(
          to,
          handles.add(place.open(openWish(how, flags), (flags & descriptorFlags.mutateDirectory) !== 0)),
        ),
      );
    },
    '[method]descriptor.stat-at': (
      self: number,
      _pathFlags: number,
      path: number,
      size: number,
      result: number,
    ) => {
      const place = at(self, path, size);
      storeFileResult(memory, result, 8, (to) => storeStat(memory, to, place.stat()));
    },
    '[method]descriptor.metadata-hash-at': (
      self: number,
      _pathFlags: number,
      path: number,
      size: number,
      result: number,
    ) => {
      const place = at(self, path, size);
      storeFileResult(memory, result, 8, (to) => storeIdentity(memory, to, place.stat()));
    },
    '[method]descriptor.readlink-at': (self: number, path: number, size: number, result: number) => {
      const place = at(self, path, size);
      storeFileResult(memory, result, 4, (to) =>
        memory.setNewText(
          to,
          place.named((parent, name) => parent.readlink(name)),
        ),
      );
    },
    '[method]descriptor.create-directory-at': change('create', (place) =>
      place.named((parent, name) => parent.makeDirectory(name)),
    ),
    '[method]descriptor.remove-directory-at': change('delete', (place) =>
      place.named((parent, name) => parent.removeDirectory(name)),
    ),
    '[method]descriptor.unlink-file-at': change('delete', (place) => place.unlink()),
    '[method]descriptor.symlink-at': (
      self: number,
      target: number,
      targetSize: number,
      path: number,
      size: number,
      result: number,
    ) => {
      const place = at(self, path, size);
      const text = memory.text(target, targetSize);
      storeFileResult(memory, result, 1, () => {
        place.requireWritable('create');
        if (text === '' || text.includes('\0')) throw new HostErrno('EINVAL');
        place.named((parent, name) => parent.symlink(text, name));
      });
    },
    '[method]descriptor.set-times-at': (
      self: number,
      _pathFlags: number,
      path: number,
      size: number,
      ...times: TimeArguments
    ) => {
      const place = at(self, path, size);
      storeFileResult(memory, times[6], 1, () => {
        place.requireWritable('touch');
        place.within((parent, name) => parent.setTimes(name, newTimes(times)));
      });
    },
    '[method]descriptor.rename-at': (
      self: number,
      path: number,
      size: number,
      other: number,
      newPath: number,
      newSize: number,
      result: number,
    ) => {
      const from = at(self, path, size);
      const to = at(other, newPath, newSize);
      storeFileResult(memory, result, 1, () => from.moveTo(to, 'rename'));
    },
    '[method]descriptor.link-at': (
      self: number,
      _pathFlags: number,
      path: number,
      size: number,
      other: number,
      newPath: number,
      newSize: number,
      result: number,
    ) => {
      const from = at(self, path, size);
      const to = at(other, newPath, newSize);
      storeFileResult(memory, result, 1, () => from.moveTo(to, 'link'));
    },
  };
}

/** Reading of directories. */
function directoryFunctions({ memory, handles, audit }: WasiContext): WasiInterface {
  return {
    '[method]descriptor.read-directory': (self: number, result: number) => {
      const target = handles.get(self, Descriptor);
      storeFileResult(memory, result, 4, (at) => {
        const directory = asDirectory(target);
        audit.granted('list', directory.path);
        memory.setU32(at, handles.add(new DirectoryEntries(directory.directory.list(), directory)));
      });
    },
    '[method]directory-entry-stream.read-directory-entry': (self: number, result: number) => {
      const entries = handles.get(self, DirectoryEntries);
      storeFileResult(memory, result, 4, (at) => {
        memory.check(at, 16);
        if (entries.directory.isClosed) throw new BoxTrapError('the kernel goes on listing what it closed');
        for (;;) {
          const name = entries.names[entries.next];
          if (name === undefined) return memory.setU8(at, 0);
          entries.next++;
          const stats = statEntry(entries.directory, name);
          if (stats === undefined) continue;
          memory.setU8(at, 1);
          memory.setU8(at + 4, descriptorType(stats));
          return memory.setNewText(at + 8, name);
        }
      });
    },
    '[resource-drop]directory-entry-stream': (self: number) => handles.drop(self, DirectoryEntries),
  };
}

/** An entry that was deleted in the meantime is left out. */
function statEntry({ directory }: DirectoryDescriptor, name: string): HostStats | undefined {
  try {
    return directory.stat(name);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function statOf(target: Descriptor): HostStats {
  if (target instanceof FileDescriptor) return target.file.fs.fstatSync(target.file.fd, { bigint: true });
  return asDirectory(target).directory.stat();
}

function flagsOf(target: Descriptor): number {
  if (!(target instanceof FileDescriptor)) {
    return descriptorFlags.read | (target.mount.writable ? descriptorFlags.mutateDirectory : 0);
  }
  return (target.readable ? descriptorFlags.read : 0) | (target.writable ? descriptorFlags.write : 0);
}

function touchFile(target: FileDescriptor, times: NewTimes): void {
  const stats = statOf(target);
  const accessed = times.accessed ?? secondsOf(stats, 'atime');
  const modified = times.modified ?? secondsOf(stats, 'mtime');
  target.file.fs.futimesSync(target.file.fd, accessed, modified);
}
