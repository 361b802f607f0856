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
import type { PackPlan } from '@boxer/translate';
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
import { codeIndexModule } from './code-index.ts';
import { codeLinksModule, linkedPack } from './code-links.ts';
import { readPayloadSizes, type PayloadSizes } from './payload-file.ts';
import { composedPayload, filedPayload, type PayloadToWrite } from './payload-to-write.ts';
import { cutPayload, payloadModule, type PayloadModuleLayout, type PayloadPiece } from './payload-module.ts';

/** Slots the kernel's table has room for when it is not grown. */
export const MAX_PROCESS_SLOTS = 128;
const DEFAULT_PROCESS_SLOTS = 32;
/** Hosts take components of 1,000 instances, counting the interfaces that they import. */
const MAX_CORE_INSTANCES = 950;
/** V8 takes modules of up to 1 GiB; other engines less. */
const MAX_PAYLOAD_MODULE_BYTES = 512 * 1024 * 1024 - 65536;

/** A pack of translated guest code. */
export interface CodeModule {
  readonly bytes: Uint8Array;
  /** What the kernel has to know to enter it: `planOf` of @boxer/translate. */
  readonly plan: PackPlan;
}

/** What goes into a component. */
export interface ComponentParts {
  /** The kernel wrapped as a component: see `loadSkeleton`. */
  readonly skeleton: Uint8Array;
  /** The process module, in the form that registers itself in the kernel's table. */
  readonly processModule: Uint8Array;
  /** Pure functions that the process module imports as `support`. */
  readonly supportModule?: Uint8Array;
  /** Translated code. */
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

/** Numbers modules and instances: those of the skeleton first, then support, process, code and its links, payload. */
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
  const processModule = nextModule();
  records.push(recordOf('process', processModule, parts.processModule));
  modules.push(parts.processModule);
  const packs = (parts.codeModules ?? []).map(({ bytes, plan }): LinkedPack => {
    const module = nextModule();
    records.push({ ...recordOf('code', module, bytes), pageHashes: pageHashesOf(plan) });
    modules.push(bytes);
    return { module, plan, sizeBytes: bytes.length };
  });

  const pieces = payload
    ? cutPayload(
        payload.indexBytes,
        payload.dataBytes,
        parts.maxPayloadModuleBytes ?? MAX_PAYLOAD_MODULE_BYTES,
      )
    : [];
  const others = skeleton.instances.length + instances.length + pieces.length;
  const linked = choosePacks(packs, Math.floor((MAX_CORE_INSTANCES - others) / slots) - 2);
  let links: number | undefined;
  if (linked.length > 0) {
    const add = (role: 'code-index' | 'code-links', bytes: Uint8Array) => {
      const module = nextModule();
      records.push(recordOf(role, module, bytes));
      modules.push(bytes);
      return module;
    };
    addInstance(add('code-index', codeIndexModule(linked.map(({ plan }) => plan))), { kernel });
    links = add('code-links', codeLinksModule(linked.length));
  }

  const planned: PlannedPayload[] = [];
  let previous: number | undefined;
  for (const piece of pieces) {
    const layout = payloadModule(piece);
    const module = nextModule();
    previous = addInstance(module, { kernel, ...(previous === undefined ? {} : { previous }) });
    records.push({ role: 'payload', module, sizeBytes: layout.sizeBytes });
    planned.push({ piece, layout });
  }
  const supporting: Readonly<Record<string, number>> = support === undefined ? {} : { support };
  for (let slot = 0; slot < slots; slot++) {
    const process = addInstance(processModule, { kernel, ...supporting });
    if (links === undefined) continue;
    const its = linked.map(({ module }) => addInstance(module, { process, ...supporting }));
    addInstance(links, { kernel, ...Object.fromEntries(its.map((pack, i) => [linkedPack(i), pack])) });
  }
  return {
    modules,
    payload: planned,
    instances: coreInstanceSection(instances),
    parts: records,
  };
}

/** A pack among the component's modules. */
interface LinkedPack {
  readonly module: number;
  readonly plan: PackPlan;
  readonly sizeBytes: number;
}

/** The largest packs, in their order: each takes an instance a slot, and hosts take no more than so many. */
function choosePacks(packs: readonly LinkedPack[], most: number): LinkedPack[] {
  const chosen = new Set(
    packs.toSorted((a, b) => b.sizeBytes - a.sizeBytes || a.module - b.module).slice(0, Math.max(0, most)),
  );
  return packs.filter((pack) => chosen.has(pack));
}

function pageHashesOf({ hashes }: PackPlan): number[] {
  return Array.from(hashes.filter((_, i) => i % 2 === 1));
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
