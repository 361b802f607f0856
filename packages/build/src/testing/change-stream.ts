import { changeKinds } from '@boxer/abi';

/** Writes change streams as a box does; for tests. */
export class ChangeStreamWriter {
  readonly #parts: Buffer[] = [];

  deleted(path: string): this {
    return this.#record('deleted', path);
  }

  directory(path: string, mode = 0o40755): this {
    return this.#record('directory', path, metadata(mode));
  }

  opaqueDirectory(path: string, mode = 0o40755): this {
    return this.#record('opaqueDirectory', path, metadata(mode));
  }

  file(path: string, content: string, mode = 0o100644): this {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return this.#record('file', path, metadata(mode), length, bytes);
  }

  fileMetadata(path: string, mode: number): this {
    return this.#record('fileMetadata', path, metadata(mode));
  }

  symlink(path: string, target: string): this {
    return this.#record('symlink', path, metadata(0o120777), text(target));
  }

  hardlink(path: string, target: string): this {
    return this.#record('hardlink', path, text(target));
  }

  special(path: string, mode: number, rdev = 0): this {
    return this.#record('special', path, metadata(mode, rdev));
  }

  fileFrom(path: string, from: string, mode = 0o100644): this {
    return this.#record('fileFrom', path, metadata(mode), text(from));
  }

  /** Ends the stream. */
  bytes(): Buffer {
    return Buffer.concat([...this.#parts, Buffer.from([changeKinds.end]), text('')]);
  }

  #record(kind: keyof typeof changeKinds, path: string, ...fields: readonly Buffer[]): this {
    this.#parts.push(Buffer.from([changeKinds[kind]]), text(path), ...fields);
    return this;
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Owner 5:6, 1,000,000,000 seconds after 1970, one extended attribute. */
function metadata(mode: number, rdev = 0): Buffer {
  const xattrs = Buffer.concat([
    Buffer.from([1, 0, 0, 0, 6, 0, 2, 0]),
    Buffer.from('user.a'),
    Buffer.from('vw'),
  ]);
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32LE(mode, 0);
  fixed.writeUInt32LE(5, 4);
  fixed.writeUInt32LE(6, 8);
  fixed.writeUInt32LE(rdev, 12);
  fixed.writeBigInt64LE(1_000_000_000n, 16);
  fixed.writeUInt32LE(7, 24);
  fixed.writeUInt32LE(xattrs.length, 28);
  return Buffer.concat([fixed, xattrs]);
}
