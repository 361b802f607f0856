export {
  type Content,
  contentDigest,
  emptyContent,
  hostFileContent,
  inlineContent,
  readContent,
} from './content/content.ts';
export { Spool } from './content/spool.ts';
export {
  ContentError,
  LayerEntryError,
  LayerLimitError,
  PackedLayerError,
  PayloadFormatError,
  PayloadLimitError,
  TarFormatError,
  type TreeErrno,
  TreePathError,
} from './errors.ts';
export { compareNames, decodeName, encodeName } from './file-name.ts';
export {
  applyLayer,
  type AppliedLayer,
  type ApplyLayerOptions,
  applyPackedLayer,
  type ApplyPackedLayerOptions,
} from './layer/apply-layer.ts';
export { diffTrees, type LayerChange } from './layer/diff-trees.ts';
export { selfContainedLinks } from './layer/self-contained-links.ts';
export { writeLayerTar } from './layer/write-layer-tar.ts';
export { type BootEntry, decodeBootEntries, encodeBootEntries } from './payload/boot-strings.ts';
export { type PackCompression } from './packed/block-writer.ts';
export { PackedLayer } from './packed/packed-layer.ts';
export { packedLayerTar } from './packed/packed-layer-tar.ts';
export { packChanges, packLayerTar, type WrittenLayer } from './packed/write-packed-layer.ts';
export {
  type ComposedPayload,
  composePayload,
  type ComposePayloadOptions,
  type PayloadRange,
} from './payload/compose-payload.ts';
export { PayloadReader } from './payload/payload-reader.ts';
export {
  openPayloadFile,
  payloadFromBytes,
  type PayloadFileRange,
  type PayloadSource,
} from './payload/payload-source.ts';
export {
  type PayloadSummary,
  readPayloadData,
  writePayload,
  type WritePayloadOptions,
} from './payload/write-payload.ts';
export { readTar, type TarEntry, type TarEntryType } from './tar/tar-reader.ts';
export { encodeTarHeader, tarPadding, tarTrailer, type TarMember } from './tar/tar-writer.ts';
export { attributesEqual, inodesEqual } from './tree/compare-inodes.ts';
export { copySubtree, type CopySubtreeOptions } from './tree/copy-subtree.ts';
export {
  type Attributes,
  attributes,
  attributesOf,
  type DeviceNode,
  type DirectoryInode,
  type DirectoryNode,
  type FileNode,
  type Inode,
  type InodeId,
  type InodeKind,
  type LeafNode,
  type NewLeaf,
  type PipeNode,
  statMode,
  type SymlinkNode,
  type Timestamp,
} from './tree/inode.ts';
export { type Resolution, type ResolveOptions } from './tree/resolve-path.ts';
export { type FollowOption, Tree, type TreeEntry } from './tree/tree.ts';
