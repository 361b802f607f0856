import { bootKeys } from '@boxer/abi';
import type { Digest } from '@boxer/foundation';
import type { BootConfiguration } from './boot-configuration.ts';

/** Name of the custom section with the metadata, the last section of the file. */
export const METADATA_SECTION = 'boxer';
export const METADATA_VERSION = 1;

/** One layer that went into the image. */
export interface LayerRecord {
  readonly digest?: Digest;
  readonly diffId: Digest;
  readonly sizeBytes?: number;
  readonly createdBy?: string;
}

/** What the builder says about the image. Everything here is data: nothing of it grants anything. */
export interface ImageMetadata {
  /** The OCI image config, whole. */
  readonly imageConfig: Readonly<Record<string, unknown>>;
  /** What the box starts when nobody says otherwise. */
  readonly boot: BootConfiguration;
  readonly layers?: readonly LayerRecord[];
  /** Versions of what made the file, by name: `boxer`, base images … */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Core modules of the component, by what they are. */
const partRoles = [
  'kernel',
  'support',
  'process',
  /** A pack of translated guest code, see @boxer/translate. */
  'code',
  /** What the kernel knows of the packs that the component's own links enter. */
  'code-index',
  /** Brings a process slot's packs to the kernel. */
  'code-links',
  'payload',
] as const;

export type PartRole = (typeof partRoles)[number];

/** A core module of the component, as written. */
export interface PartRecord {
  readonly role: PartRole;
  /** Index among the component's core modules. */
  readonly module: number;
  readonly sizeBytes: number;
  /** Of the module's bytes; absent for payloads, which are too large to hash before every run. */
  readonly digest?: Digest;
  /** Of a pack: weak hashes of the guest pages that it has code of, so that nobody reads a pack that is not wanted. */
  readonly pageHashes?: readonly number[];
}

/** The metadata as it stands in the file. */
export interface ComponentMetadata extends ImageMetadata {
  readonly version: typeof METADATA_VERSION;
  readonly parts: readonly PartRecord[];
  /** Process slots that are instantiated statically, for other hosts than ours. */
  readonly processSlots: number;
  readonly payload?: {
    readonly indexBytes: number;
    readonly dataBytes: number;
    /** Of the payload as a whole, index and block data. */
    readonly digest: Digest;
  };
}

/** JSON with the keys of every object in order, so that equal metadata has equal bytes. */
export function encodeMetadata(metadata: ComponentMetadata): Uint8Array {
  return Buffer.from(JSON.stringify(metadata, sortKeys), 'utf8');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Reads and checks the metadata: shapes of all that linking relies on.
 *
 * @throws Error that says what is wrong
 */
export function decodeMetadata(bytes: Uint8Array): ComponentMetadata {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  const record = asRecord(value, 'the metadata');
  if (record['version'] !== METADATA_VERSION) {
    throw new Error(
      `its metadata has version ${JSON.stringify(record['version'])}; this Boxer reads ${METADATA_VERSION}`,
    );
  }
  asRecord(record['imageConfig'], 'imageConfig');
  checkBoot(asRecord(record['boot'], 'boot'));
  checkParts(record['parts']);
  checkCount(record['processSlots'], 'processSlots');
  if (record['payload'] !== undefined) {
    const payload = asRecord(record['payload'], 'payload');
    checkCount(payload['indexBytes'], 'payload.indexBytes');
    checkCount(payload['dataBytes'], 'payload.dataBytes');
  }
  return value as ComponentMetadata;
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`);
  return value as Record<string, unknown>;
}

function checkCount(value: unknown, what: string): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${what} is no count`);
}

const bootLists: ReadonlySet<string> = new Set(
  Object.entries(bootKeys).flatMap(([key, meaning]) => (meaning.startsWith('list:') ? [key] : [])),
);

function checkBoot(boot: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(boot)) {
    const values = bootLists.has(key) && Array.isArray(value) ? value : [value];
    if (!values.every((item) => typeof item === 'string' && !item.includes('\0'))) {
      throw new Error(`boot.${key} is no text without NUL bytes`);
    }
  }
}

const roles: readonly unknown[] = partRoles;
/** A process has no more pages. */
const MAX_PAGE_HASHES = 2 ** 20;

function checkParts(value: unknown): void {
  if (!Array.isArray(value)) throw new Error('parts is no list');
  for (const item of value) {
    const part = asRecord(item, 'a part');
    if (!roles.includes(part['role'])) throw new Error('a part has an unknown role');
    checkCount(part['module'], 'the module of a part');
    checkCount(part['sizeBytes'], 'the size of a part');
    if (part['role'] === 'code') checkPageHashes(part['pageHashes']);
  }
}

function checkPageHashes(value: unknown): void {
  const isHash = (hash: unknown) =>
    typeof hash === 'number' && Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32;
  if (!Array.isArray(value) || value.length > MAX_PAGE_HASHES || !value.every(isHash))
    throw new Error('the page hashes of a part are no list of 32-bit numbers');
}
