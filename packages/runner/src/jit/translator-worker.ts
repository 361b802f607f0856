import { PAGE_SHIFT, PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import { buildDispatcherModule, type CodeReader, translateHot } from '@boxer/translate';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { PostedPage, PostedPlace, TranslatorReply, TranslatorRequest } from './messages.ts';

/** Rounds of asking for pages, after which what is missing counts as absent. */
const MAX_ROUNDS = 8;
/** Most pages asked for at once. */
const MAX_PAGES = 64;

interface Job {
  readonly id: number;
  readonly places: readonly PostedPlace[];
  readonly known: ReadonlySet<number>;
  readonly pages: Map<number, PostedPage | undefined>;
  rounds: number;
}

const jobs = new Map<number, Job>();

/** Reads from the pages of a job, and notes which ones are missing. */
function readerOf(job: Job, missing: Set<number>): CodeReader {
  const views = new Map<number, DataView>();
  const view = (address: number, bytes: number, permission: number): DataView | undefined => {
    const number = address >>> PAGE_SHIFT;
    if (!Number.isSafeInteger(address) || address < 0 || address + bytes > 2 ** 32) return undefined;
    if ((address + bytes - 1) >>> PAGE_SHIFT !== number) return undefined;
    if (!job.pages.has(number)) missing.add(number);
    const page = job.pages.get(number);
    if (!page || (page.permissions & permission) === 0) return undefined;
    const known = views.get(number);
    if (known) return known;
    const made = new DataView(page.bytes.buffer, page.bytes.byteOffset, page.bytes.length);
    views.set(number, made);
    return made;
  };
  return {
    word: (pc) => view(pc, 4, pagePermissions.execute)?.getUint32(pc % PAGE_SIZE_BYTES, true),
    data(address, bytes) {
      const found = view(address, bytes, pagePermissions.read);
      const at = address % PAGE_SIZE_BYTES;
      if (!found) return undefined;
      if (bytes === 8) return Number(found.getBigUint64(at, true));
      if (bytes === 4) return found.getUint32(at, true);
      return bytes === 2 ? found.getUint16(at, true) : found.getUint8(at);
    },
  };
}

function codeOf(job: Job, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  for (let at = start; at < end;) {
    const offset = at % PAGE_SIZE_BYTES;
    const length = Math.min(PAGE_SIZE_BYTES - offset, end - at);
    const page = job.pages.get(at >>> PAGE_SHIFT);
    if (page) bytes.set(page.bytes.subarray(offset, offset + length), at - start);
    at += length;
  }
  return bytes;
}

function work(job: Job): TranslatorReply {
  const missing = new Set<number>();
  const translated = translateHot(readerOf(job, missing), job.places, (pc) => job.known.has(pc));
  if (missing.size > 0 && job.rounds++ < MAX_ROUNDS) {
    const pages = [...missing].slice(0, MAX_PAGES);
    return { type: 'need', id: job.id, pages };
  }
  jobs.delete(job.id);
  const module = new WebAssembly.Module(translated.bytes);
  const ranges = translated.ranges.map(({ start, end }) => ({ start, bytes: codeOf(job, start, end) }));
  return { type: 'code', id: job.id, code: { module, entries: translated.entries, ranges } };
}

function answer(request: TranslatorRequest): TranslatorReply | undefined {
  const job: Job | undefined =
    request.type === 'translate'
      ? { id: request.id, places: request.places, known: new Set(request.known), pages: new Map(), rounds: 0 }
      : jobs.get(request.id);
  if (!job) return undefined;
  jobs.set(job.id, job);
  for (const page of request.pages) job.pages.set(page.number, page);
  try {
    return work(job);
  } catch (error) {
    jobs.delete(job.id);
    return { type: 'failed', id: job.id, message: error instanceof Error ? error.message : String(error) };
  }
}

const port = (workerData as { readonly port: MessagePort }).port;
const post = (reply: TranslatorReply) => port.postMessage(reply);
post({ type: 'ready', dispatcher: new WebAssembly.Module(buildDispatcherModule()) });
port.on('message', (request: TranslatorRequest) => {
  const reply = answer(request);
  if (reply) post(reply);
});
