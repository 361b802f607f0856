import type { Digest } from '@boxer/foundation';
import { sectionIds } from '@boxer/wasm';
import { closeSync, openSync } from 'node:fs';
import { ComponentInvalidError, ComponentUnreadableError } from '../errors.ts';
import { type ComponentMetadata, decodeMetadata, METADATA_SECTION, type PartRecord } from '../metadata.ts';
import { ByteCursor, type ByteRange, FormatError } from './byte-cursor.ts';
import { type ByteSource, fileSource } from './byte-source.ts';
import { type ComponentScan, scanComponent } from './scan-component.ts';

/** More than any image's metadata; a larger section is damage. */
const MAX_METADATA_BYTES = 64 * 1024 * 1024;
/** Many times what is ever translated ahead of time. */
const MAX_CODE_PARTS = 4096;
const MAX_CODE_BYTES = 64 * 1024 * 1024;

/** Where the payload lies in the file. */
export interface PayloadLocation {
  readonly index: ByteRange;
  /** Stretches whose concatenation is the block data. */
  readonly data: readonly ByteRange[];
}

/** Where a pack of translated code lies in the file. */
export interface CodeLocation extends ByteRange {
  readonly digest: Digest;
  /** Weak hashes of the guest pages that it has code of. */
  readonly pageHashes: readonly number[];
}

/** The parts of a component, by where they lie in the file. */
export interface ComponentLayout {
  readonly path: string;
  readonly sizeBytes: number;
  readonly kernel: ByteRange;
  readonly process: ByteRange;
  readonly support?: ByteRange;
  readonly code: readonly CodeLocation[];
  readonly payload?: PayloadLocation;
  /** Interfaces that the component imports, such as `wasi:cli/stdout@0.2.0`. */
  readonly imports: readonly string[];
  readonly metadata: ComponentMetadata;
}

/**
 * Finds the parts of a component written by `writeComponent`, reading little more than section heads: payloads stay
 * where they are. Reads synchronously, since it stands on the way of every start.
 *
 * @throws {@link ComponentUnreadableError} when the file cannot be read
 * @throws {@link ComponentInvalidError} when it is no component, not Boxer's, or damaged
 */
export function readComponent(path: string): ComponentLayout {
  const fd = attempt(path, () => openSync(path, 'r'));
  try {
    return readOpenComponent(path, fd);
  } finally {
    closeSync(fd);
  }
}

/** As {@link readComponent}, of a file that is open and stays so. */
export function readOpenComponent(path: string, fd: number): ComponentLayout {
  return layoutOf(
    path,
    attempt(path, () => fileSource(fd)),
  );
}

/** As {@link readComponent}, of any source of bytes. @param path - name for messages */
export function layoutOf(path: string, source: ByteSource): ComponentLayout {
  try {
    return layOut(path, source);
  } catch (error) {
    if (error instanceof FormatError) throw new ComponentInvalidError(path, error.message);
    if (isSystemError(error)) throw new ComponentUnreadableError(path, error);
    throw error;
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ComponentUnreadableError(path, error);
  }
}

function isSystemError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

function layOut(path: string, source: ByteSource): ComponentLayout {
  const scan = scanComponent(source);
  const metadata = metadataOf(path, source, scan);
  const parts = (role: PartRecord['role']) =>
    metadata.parts.filter((part) => part.role === role).map((part) => rangeOf(path, scan, part));
  const [kernel] = parts('kernel');
  const [process] = parts('process');
  const [support] = parts('support');
  if (kernel === undefined || process === undefined) {
    throw new ComponentInvalidError(path, 'its metadata names no kernel and no process module');
  }
  const payload = metadata.payload && locatePayload(path, source, parts('payload'), metadata.payload);
  return {
    path,
    sizeBytes: source.sizeBytes,
    kernel,
    process,
    ...(support ? { support } : {}),
    code: locateCode(path, scan, metadata.parts),
    ...(payload ? { payload } : {}),
    imports: scan.imports,
    metadata,
  };
}

function metadataOf(path: string, source: ByteSource, scan: ComponentScan): ComponentMetadata {
  const found = scan.customs.filter(({ name }) => name === METADATA_SECTION);
  const [section] = found;
  if (section === undefined || found.length > 1) {
    const why = found.length > 1 ? 'it has several sections "boxer"' : 'it has no section "boxer"';
    throw new ComponentInvalidError(path, why, {
      hint: 'Give a file that boxer build has written to its end.',
    });
  }
  if (section.content.sizeBytes > MAX_METADATA_BYTES)
    throw new ComponentInvalidError(path, 'its metadata is too large');
  const bytes = new ByteCursor(source, section.content).bytes(section.content.sizeBytes);
  try {
    return decodeMetadata(bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ComponentInvalidError(path, `its metadata is damaged: ${why}`, { cause });
  }
}

/** The metadata must agree with the file about every part, so that damaged lengths never go unnoticed. */
function rangeOf(path: string, scan: ComponentScan, part: PartRecord): ByteRange {
  const range = scan.modules[part.module];
  if (range === undefined) {
    throw new ComponentInvalidError(
      path,
      `its ${part.role} should be core module ${part.module}, which is missing`,
    );
  }
  if (range.sizeBytes !== part.sizeBytes) {
    const why = `its ${part.role} has ${range.sizeBytes} bytes, its metadata says ${part.sizeBytes}`;
    throw new ComponentInvalidError(path, why);
  }
  return range;
}

function locateCode(path: string, scan: ComponentScan, parts: readonly PartRecord[]): CodeLocation[] {
  const records = parts.filter(({ role }) => role === 'code');
  if (records.length > MAX_CODE_PARTS) throw new ComponentInvalidError(path, 'it has too many code modules');
  return records.map((part) => {
    const range = rangeOf(path, scan, part);
    const { module, digest, pageHashes } = part;
    if (range.sizeBytes > MAX_CODE_BYTES) {
      throw new ComponentInvalidError(
        path,
        `its code module ${module} has ${range.sizeBytes} bytes, too many`,
      );
    }
    if (digest === undefined || pageHashes === undefined) {
      throw new ComponentInvalidError(
        path,
        `its metadata has no digest or no page hashes of code module ${module}`,
      );
    }
    return { ...range, digest, pageHashes };
  });
}

function locatePayload(
  path: string,
  source: ByteSource,
  modules: readonly ByteRange[],
  sizes: NonNullable<ComponentMetadata['payload']>,
): PayloadLocation {
  const [index, ...data] = modules.flatMap((range) => passiveSegments(new ByteCursor(source, range)));
  const dataBytes = data.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (index?.sizeBytes !== sizes.indexBytes || dataBytes !== sizes.dataBytes) {
    const why = `its payload has ${index?.sizeBytes ?? 0} + ${dataBytes} bytes, its metadata says ${sizes.indexBytes} + ${sizes.dataBytes}`;
    throw new ComponentInvalidError(path, why);
  }
  return { index, data };
}

/** Where the passive data of a module lies. */
function passiveSegments(cursor: ByteCursor): ByteRange[] {
  const PASSIVE = 1;
  cursor.bytes(8);
  while (cursor.left > 0) {
    const id = cursor.byte();
    const sizeBytes = cursor.unsigned();
    if (id !== sectionIds.data) {
      cursor.skip(sizeBytes);
      continue;
    }
    const segments: ByteRange[] = [];
    for (let left = cursor.count(); left > 0; left--) {
      if (cursor.byte() !== PASSIVE) throw cursor.fail('a payload module has data that is not passive');
      segments.push(cursor.skip(cursor.unsigned()));
    }
    return segments;
  }
  return [];
}
