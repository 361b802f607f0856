import {
  type Append,
  type Digest,
  Digester,
  digestOf,
  writeAtomically,
  type WriteOptions,
  type WrittenFile,
} from '@boxer/foundation';
import { type FileHandle, open } from 'node:fs/promises';
import {
  ByteWriter,
  componentSectionIds,
  coreInstanceSection,
  type CoreInstantiation,
  coreModuleSection,
  customSection,
} from '@boxer/wasm';
import type { ComposedPayload } from '@boxer/fsimage';
import { ComponentPartsError } from '../errors.ts';
import {
  encodeMetadata,
  type ImageMetadata,
  METADATA_SECTION,
  METADATA_VERSION,
  type PartRecord,
} from '../metadata.ts';
import { memorySource } from '../read/byte-source.ts';
import { scanComponent } from '../read/scan-component.ts';
import { readPayloadSizes, type PayloadSizes } from './payload-file.ts';
import { composedPayload, filedPayload, type PayloadToWrite } from './payload-to-write.ts';
import { cutPayload, payloadModule, type PayloadModuleLayout, type PayloadPiece } from './payload-module.ts';

/** Slots the kernel's table has room for when it is not grown. */
export const MAX_PROCESS_SLOTS = 128;
const DEFAULT_PROCESS_SLOTS = 32;
/** V8 takes modules of up to 1 GiB; other engines less. */
const MAX_PAYLOAD_MODULE_BYTES = 512 * 1024 * 1024 - 65536;

/** A pack of translated guest code, and the weak hashes of the guest pages that it has code of. */
export interface CodeModule {
  readonly bytes: Uint8Array;
  readonly pageHashes: readonly number[];
}

/** What goes into a component. */
export interface ComponentParts {
  /** The kernel wrapped as a component: see `loadSkeleton`. */
  readonly skeleton: Uint8Array;
  /** The process module, in the form that registers itself in the kernel's table. */
  readonly processModule: Uint8Array;
  /** Pure functions that the process module imports as `support`. */
  readonly supportModule?: Uint8Array;
  /** Translated code, for our runner: nothing in the component instantiates it. */
  readonly codeModules?: readonly CodeModule[];
  /** A payload made by @boxer/fsimage: composed, or the path of one that was written. Without one the root filesystem is empty. */
  readonly payload?: ComposedPayload;
  readonly payloadFile?: string;
  /** Process slots for hosts other than ours; 32 unless given, at most 128. */
  readonly maxProcesses?: number;
  readonly metadata: ImageMetadata;
  /** Largest payload module; for tests. */
  readonly maxPayloadModuleBytes?: number;
}

/**
 * Writes an image as one component. The payload is streamed, never held in memory; equal parts give equal bytes.
 *
 * @param output - path of the file, replaced atomically
 * @throws {@link ComponentPartsError} when the parts do not fit together
 */
export async function writeComponent(
  parts: ComponentParts,
  output: string,
  options: WriteOptions = {},
): Promise<WrittenFile> {
  const slots = parts.maxProcesses ?? DEFAULT_PROCESS_SLOTS;
  if (!Number.isInteger(slots) || slots < 1 || slots > MAX_PROCESS_SLOTS) {
    throw new RangeError(`maxProcesses is between 1 and ${MAX_PROCESS_SLOTS}, not ${slots}`);
  }
  const file = parts.payloadFile === undefined ? undefined : await openPayload(parts.payloadFile, output);
  const payload = file?.payload ?? (parts.payload && composedPayload(parts.payload));
  try {
    const plan = planComponent(parts, payload?.sizes, slots);
    return await writeAtomically(
      output,
      async (append) => {
        await append(parts.skeleton);
        for (const module of plan.modules) await append(coreModuleSection(module));
        const payloadDigest = payload && (await appendPayload(payload, plan.payload, append));
        await append(plan.instances);
        await append(metadataSection(parts, plan, slots, payload?.sizes, payloadDigest));
      },
      options,
    );
  } finally {
    await file?.handle.close();
  }
}

async function openPayload(
  path: string,
  output: string,
): Promise<{ handle: FileHandle; payload: PayloadToWrite }> {
  const handle = await open(path, 'r');
  try {
    return { handle, payload: filedPayload(handle, await readPayloadSizes(handle)) };
  } catch (cause) {
    await handle.close();
    throw new ComponentPartsError(output, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

interface PlannedPayload {
  readonly piece: PayloadPiece;
  readonly layout: PayloadModuleLayout;
}

interface Plan {
  readonly modules: readonly Uint8Array[];
  readonly payload: readonly PlannedPayload[];
  readonly instances: Uint8Array;
  readonly parts: readonly PartRecord[];
}

/** Numbers modules and instances: those of the skeleton first, then support, process, code, payload. */
function planComponent(parts: ComponentParts, payload: PayloadSizes | undefined, slots: number): Plan {
  const skeleton = scanComponent(memorySource(parts.skeleton));
  const kernel = skeleton.instances.findIndex((instance) => instance.module === 0);
  const kernelModule = skeleton.modules[0];
  if (kernel < 0 || kernelModule === undefined) throw new TypeError('The skeleton holds no kernel');
  const kernelBytes = parts.skeleton.subarray(
    kernelModule.offset,
    kernelModule.offset + kernelModule.sizeBytes,
  );

  const records: PartRecord[] = [recordOf('kernel', 0, kernelBytes)];
  const modules: Uint8Array[] = [];
  const instances: CoreInstantiation[] = [];
  const nextModule = () => skeleton.modules.length + records.length - 1;
  const addInstance = (module: number, args: Readonly<Record<string, number>>) => {
    instances.push({ module, arguments: args });
    return skeleton.instances.length + instances.length - 1;
  };

  let support: number | undefined;
  if (parts.supportModule) {
    const module = nextModule();
    support = addInstance(module, {});
    records.push(recordOf('support', module, parts.supportModule));
    modules.push(parts.supportModule);
  }
  const process = nextModule();
  records.push(recordOf('process', process, parts.processModule));
  modules.push(parts.processModule);
  for (const { bytes, pageHashes } of parts.codeModules ?? []) {
    records.push({ ...recordOf('code', nextModule(), bytes), pageHashes });
    modules.push(bytes);
  }

  const pieces = payload
    ? cutPayload(
        payload.indexBytes,
        payload.dataBytes,
        parts.maxPayloadModuleBytes ?? MAX_PAYLOAD_MODULE_BYTES,
      )
    : [];
  const planned: PlannedPayload[] = [];
  let previous: number | undefined;
  for (const piece of pieces) {
    const layout = payloadModule(piece);
    const module = nextModule();
    previous = addInstance(module, { kernel, ...(previous === undefined ? {} : { previous }) });
    records.push({ role: 'payload', module, sizeBytes: layout.sizeBytes });
    planned.push({ piece, layout });
  }
  for (let slot = 0; slot < slots; slot++) {
    addInstance(process, { kernel, ...(support === undefined ? {} : { support }) });
  }
  return {
    modules,
    payload: planned,
    instances: coreInstanceSection(instances),
    parts: records,
  };
}

function recordOf(role: PartRecord['role'], module: number, bytes: Uint8Array): PartRecord {
  return { role, module, sizeBytes: bytes.length, digest: digestOf(bytes) };
}

async function appendPayload(
  payload: PayloadToWrite,
  planned: readonly PlannedPayload[],
  append: Append,
): Promise<Digest> {
  const digester = new Digester();
  const copy = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      digester.update(chunk);
      await append(chunk);
    }
  };
  for (const { piece, layout } of planned) {
    await append(new ByteWriter(8).byte(componentSectionIds.coreModule).unsigned(layout.sizeBytes).finish());
    for (const item of layout.pieces) {
      if (item.bytes) await append(item.bytes);
      else if (item.payload === 'index') await copy(payload.index());
      else await copy(payload.data(piece.dataFrom, piece.dataBytes));
    }
  }
  return digester.digest();
}

function metadataSection(
  parts: ComponentParts,
  plan: Plan,
  slots: number,
  sizes: PayloadSizes | undefined,
  digest: Digest | undefined,
): Uint8Array {
  const metadata = encodeMetadata({
    ...parts.metadata,
    version: METADATA_VERSION,
    parts: plan.parts,
    processSlots: slots,
    ...(sizes && digest ? { payload: { ...sizes, digest } } : {}),
  });
  return customSection(METADATA_SECTION, metadata);
}
