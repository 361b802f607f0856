import { hex } from './text';

/** Builds `NAME|NAME|0x40` from a word of flags. */
export class FlagText {
  private text: string = '';

  constructor(private rest: u64) {}

  /** A number in the low bits that is shown by name; "0" entries are left out. */
  takeNumber(mask: u64, names: string[]): void {
    const at = <i32>(this.rest & mask);
    this.rest &= ~mask;
    if (at < names.length && names[at] != '0') this.add(names[at]);
  }

  take(bits: u64, name: string): void {
    if ((this.rest & bits) != bits) return;
    this.rest &= ~bits;
    this.add(name);
  }

  private add(name: string): void {
    this.text = this.text.length == 0 ? name : this.text + '|' + name;
  }

  finish(): string {
    if (this.rest != 0) this.add(hex(this.rest));
    return this.text.length == 0 ? '0' : this.text;
  }
}
