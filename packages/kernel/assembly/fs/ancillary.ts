import { OpenFile } from './open-file';

/** What comes along with bytes: open files, and who sent it. */
export class Ancillary {
  files: OpenFile[] = [];
  pid: i32 = 0;
  uid: u32 = 0;
  gid: u32 = 0;
  /** Stream: bytes ever sent before it, and up to the end of the message it came with. */
  position: u64 = 0;
  end: u64 = 0;

  release(): void {
    for (let i = 0; i < this.files.length; i++) this.files[i].release();
    this.files = [];
  }
}
