export { type BootKey, bootKeys } from './boot-config.ts';
export { changeKinds, changeMetadata } from './change-stream.ts';
export { codeIndexHeader, codeIndexPlan, codeIndexRange, codeIndexRow, pageHashing } from './code-index.ts';
export { endKinds, HOST_TABLE_BASE, hostSlots } from './host-slots.ts';
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
export {
  addressWindows,
  codeFunctions,
  type CoreType,
  cpuState,
  engineCells,
  exitReasons,
  GUEST_BIAS,
  GUEST_END,
  GUEST_START,
  kernelFunctions,
  linkFunctions,
  packFunctions,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
  pagePermissions,
  PERMISSIONS_AT,
  PROCESS_TABLE_BASE,
  PROCESS_TABLE_STRIDE,
  processFunctions,
  RECORD_INDEX_AT,
  SYSCALL_LEAVE,
} from './process-abi.ts';
export { wasiErrorCode, type WasiErrorName } from './wasi-error-codes.ts';
