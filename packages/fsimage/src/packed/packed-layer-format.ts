/**
 * A layer as the layer store keeps it: contents in blocks ready to move into a payload, and a row per member.
 *
 *     blocks │ index: counts, block rows, groups, contents, digests, member rows (a JSON line each) │ footer
 *
 * Numbers are little-endian; the sections of the index follow each other without gaps.
 */
export const LAYER_MAGIC = 'BXLAYER1';

/** Byte offsets in the footer. */
export const layerFooter = {
  size: 56,
  magic: 0, // 8 bytes
  dataBytes: 8, // f64: length of the blocks, and offset of the index
  indexBytes: 16, // f64
  /** SHA-256 of the index. */
  indexDigest: 24, // 32 bytes
} as const;

/** Byte offsets in the index. */
export const layerIndex = {
  headBytes: 16,
  blocks: 0, // u32
  groups: 4, // u32
  contents: 8, // u32
} as const;
