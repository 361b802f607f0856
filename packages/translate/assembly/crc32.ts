/**
 * CRC32 and CRC32C of the lowest `count` bytes of a value, continuing from a checksum; no inversion at either end.
 *
 * @source Arm ARM DDI 0487, "CRC32B" and "CRC32CB"
 */

const REVERSED: u32 = 0xedb8_8320;
const REVERSED_CASTAGNOLI: u32 = 0x82f6_3b78;

const table = memory.data(1024, 16);
const castagnoliTable = memory.data(1024, 16);
fill(table, REVERSED);
fill(castagnoliTable, REVERSED_CASTAGNOLI);

/** The checksum of each byte. */
function fill(at: usize, polynomial: u32): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? polynomial : 0);
    store<u32>(at + (byte << 2), crc);
  }
}

// @ts-ignore: decorator
@inline
function update(at: usize, crc: u32, value: u64, count: i32): u32 {
  for (let i = 0; i < count; i++) {
    crc = load<u32>(at + ((crc ^ <u32>value) & 0xff) * 4) ^ (crc >> 8);
    value >>= 8;
  }
  return crc;
}

export function crc32(crc: u32, value: u64, count: i32): u32 {
  return update(table, crc, value, count);
}

export function crc32c(crc: u32, value: u64, count: i32): u32 {
  return update(castagnoliTable, crc, value, count);
}
