/** @source System V ABI, ELF-64 object file format; Linux include/uapi/linux/elf.h */
export const EHDR_SIZE: i32 = 64;
export const PHDR_SIZE: i32 = 56;

export const E_TYPE: usize = 16; // u16
export const E_MACHINE: usize = 18; // u16
export const E_VERSION: usize = 20; // u32
export const E_ENTRY: usize = 24; // u64
export const E_PHOFF: usize = 32; // u64
export const E_EHSIZE: usize = 52; // u16
export const E_PHENTSIZE: usize = 54; // u16
export const E_PHNUM: usize = 56; // u16

export const P_TYPE: usize = 0; // u32
export const P_FLAGS: usize = 4; // u32
export const P_OFFSET: usize = 8; // u64
export const P_VADDR: usize = 16; // u64
export const P_FILESZ: usize = 32; // u64
export const P_MEMSZ: usize = 40; // u64
export const P_ALIGN: usize = 48; // u64

export const ELF_MAGIC: u32 = 0x464c457f;
export const ELFCLASS64: u8 = 2;
export const ELFDATA2LSB: u8 = 1;
export const ET_EXEC: u16 = 2;
export const ET_DYN: u16 = 3;
export const EM_AARCH64: u16 = 183;
export const PT_LOAD: u32 = 1;
export const PT_INTERP: u32 = 3;
export const PT_GNU_STACK: u32 = 0x6474e551;
export const PF_X: u32 = 1;
export const PF_W: u32 = 2;
export const PF_R: u32 = 4;
