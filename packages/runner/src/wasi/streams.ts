import { Resource } from '../guest/handle-table.ts';
import { HostErrno } from '../host-files/host-errno.ts';
import type { HostFs } from '../host-files/host-fs.ts';
import type { SharedFile } from '../host-files/shared-file.ts';
import type { InputSource } from '../stdio/input.ts';
import type { OutputSink } from '../stdio/output.ts';
import { Pollable } from './pollable.ts';

/** `wasi:io/error.error`: why a stream failed. */
export class StreamFailure extends Resource {
  constructor(readonly cause: unknown) {
    super();
  }
}

/** `wasi:io/streams.input-stream`. */
export abstract class InputStream extends Resource {
  /** @returns none when nothing is there yet, undefined at the end. @throws with an errno */
  abstract read(max: number): Uint8Array | undefined;
  /** Ready when a read returns bytes or the end at once. */
  abstract pollable(): Pollable;
}

/** `wasi:io/streams.output-stream`. */
export abstract class OutputStream extends Resource {
  /** Writes all. @returns false when the stream is closed. @throws with an errno */
  abstract write(bytes: Uint8Array): boolean;
}

/** The box's standard input. */
export class StandardInput extends InputStream {
  readonly #source: InputSource;

  constructor(source: InputSource) {
    super();
    this.#source = source;
  }

  read(max: number): Uint8Array | undefined {
    return this.#source.read(max);
  }

  pollable(): Pollable {
    const source = this.#source;
    return new Pollable(() => source.ready(), { request: () => source.request() });
  }
}

/** The box's standard output or error. */
export class StandardOutput extends OutputStream {
  readonly #sink: OutputSink;

  constructor(sink: OutputSink) {
    super();
    this.#sink = sink;
  }

  write(bytes: Uint8Array): boolean {
    return this.#sink.write(bytes);
  }
}

/** A file read from an offset on. */
export class FileInput extends InputStream {
  readonly #file: SharedFile;
  #offset: number;

  constructor(file: SharedFile, offset: number) {
    super();
    this.#file = file.retain();
    this.#offset = offset;
  }

  read(max: number): Uint8Array | undefined {
    if (max === 0) return new Uint8Array(0);
    const bytes = new Uint8Array(max);
    const n = this.#file.fs.readSync(this.#file.fd, bytes, 0, max, this.#offset);
    this.#offset += n;
    return n === 0 ? undefined : bytes.subarray(0, n);
  }

  pollable(): Pollable {
    return new Pollable(() => true);
  }

  override close(): void {
    this.#file.release();
  }
}

/** A file written from an offset on, or at its end. */
export class FileOutput extends OutputStream {
  readonly #file: SharedFile;
  #offset: number | 'end';

  constructor(file: SharedFile, offset: number | 'end') {
    super();
    this.#file = file.retain();
    this.#offset = offset;
  }

  write(bytes: Uint8Array): boolean {
    const { fs, fd } = this.#file;
    const at = this.#offset === 'end' ? Number(fs.fstatSync(fd, { bigint: true }).size) : this.#offset;
    const end = writeWhole(fs, fd, bytes, at);
    if (this.#offset !== 'end') this.#offset = end;
    return true;
  }

  override close(): void {
    this.#file.release();
  }
}

/** Writes all of the bytes. @returns offset behind them */
export function writeWhole(fs: HostFs, fd: number, bytes: Uint8Array, offset: number): number {
  let at = offset;
  for (let done = 0; done < bytes.length;) {
    const n = fs.writeSync(fd, bytes, done, bytes.length - done, at);
    if (n <= 0) throw new HostErrno('EIO');
    done += n;
    at += n;
  }
  return at;
}
