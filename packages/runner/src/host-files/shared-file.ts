import type { HostFs } from './host-fs.ts';

/**
 * The descriptor of an open file, held by a handle and by the streams made from it. It is closed when the last of them is
 * dropped: a stream must never read through a number that by then names another file of the host.
 */
export class SharedFile {
  #holders = 1;

  constructor(
    readonly fs: HostFs,
    readonly fd: number,
  ) {}

  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.fs.closeSync(this.fd);
  }
}
