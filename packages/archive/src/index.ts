export { ByteReader } from './byte-reader.ts';
export { type Compression, decompress, detectCompression } from './decompress.ts';
export { DecompressionError } from './errors.ts';
