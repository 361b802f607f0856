import { Path } from './path';

/** Root, working directory and umask; shared by tasks that clone(2) with CLONE_FS made. */
export class FsContext {
  umask: u32 = 0o022;

  constructor(
    public root: Path,
    public cwd: Path,
  ) {}

  clone(): FsContext {
    const copy = new FsContext(this.root, this.cwd);
    copy.umask = this.umask;
    return copy;
  }
}
