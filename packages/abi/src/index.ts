export { type BootKey, bootKeys } from './boot-config.ts';
export {
  BLOCK_SIZE_BYTES,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadBlock,
  payloadDirent,
  payloadHeader,
  payloadInode,
  payloadMethods,
  payloadXattrs,
} from './payload-format.ts';
