/** struct termios (kernel layout: 4 flags, line, 19 control characters) and its bits. @source Linux include/uapi/asm-generic/termbits.h */
export const NCCS: usize = 19;
export const TERMIOS_BYTES: u32 = 36;
export const TERMIOS2_BYTES: u32 = 44;
export const TERMIOS_IFLAG: usize = 0;
export const TERMIOS_OFLAG: usize = 4;
export const TERMIOS_CFLAG: usize = 8;
export const TERMIOS_LFLAG: usize = 12;
export const TERMIOS_LINE: usize = 16;
export const TERMIOS_CC: usize = 17;

export const VINTR: usize = 0;
export const VQUIT: usize = 1;
export const VERASE: usize = 2;
export const VKILL: usize = 3;
export const VEOF: usize = 4;
export const VTIME: usize = 5;
export const VMIN: usize = 6;
export const VSTART: usize = 8;
export const VSTOP: usize = 9;
export const VSUSP: usize = 10;
export const VEOL: usize = 11;
export const VREPRINT: usize = 12;
export const VDISCARD: usize = 13;
export const VWERASE: usize = 14;
export const VLNEXT: usize = 15;
export const VEOL2: usize = 16;

export const ISTRIP: u32 = 0o40;
export const INLCR: u32 = 0o100;
export const IGNCR: u32 = 0o200;
export const ICRNL: u32 = 0o400;
export const IXON: u32 = 0o2000;
export const IXOFF: u32 = 0o10000;
export const IMAXBEL: u32 = 0o20000;
export const IUTF8: u32 = 0o40000;

export const OPOST: u32 = 1;
export const ONLCR: u32 = 4;
export const OCRNL: u32 = 8;
export const ONOCR: u32 = 16;
export const ONLRET: u32 = 32;

export const B38400: u32 = 15;
export const CS8: u32 = 0o60;
export const CREAD: u32 = 0o200;
export const HUPCL: u32 = 0o2000;

export const ISIG: u32 = 1;
export const ICANON: u32 = 2;
export const ECHO: u32 = 8;
export const ECHOE: u32 = 16;
export const ECHOK: u32 = 32;
export const ECHONL: u32 = 64;
export const NOFLSH: u32 = 128;
export const TOSTOP: u32 = 256;
export const ECHOCTL: u32 = 512;
export const ECHOKE: u32 = 2048;
export const IEXTEN: u32 = 32768;

export const TCIFLUSH: i32 = 0;
export const TCOFLUSH: i32 = 1;
export const TCIOFLUSH: i32 = 2;
