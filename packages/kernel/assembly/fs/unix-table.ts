import { TextBuilder } from './proc-text';

/** /proc/net/unix. */
export function writeUnixSockets(text: TextBuilder): void {
  text.text('Num       RefCount Protocol Flags    Type St Inode Path\n');
}
