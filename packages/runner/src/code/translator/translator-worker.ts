import { PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import { buildDispatcherModule, translateHot } from '@boxer/translate';
import { type MessagePort, workerData } from 'node:worker_threads';
import { CodeCache } from '../cache/code-cache.ts';
import type { PageCopy } from '../guest-code.ts';
import type { HotPlace } from '../hot-places.ts';
import { planOf } from '../pack-plan.ts';
import type { TranslatorData, TranslatorReply, TranslatorRequest } from './messages.ts';
import { pageReader } from './page-reader.ts';

/** Rounds of asking for pages, after which what is missing counts as absent. */
const MAX_ROUNDS = 8;
/** Most pages asked for at once. */
const MAX_PAGES = 64;

interface Job {
  readonly id: number;
  readonly places: readonly HotPlace[];
  readonly known: ReadonlySet<number>;
  readonly pages: Map<number, PageCopy | undefined>;
  rounds: number;
}

const { port, cacheFolder } = workerData as TranslatorData & { readonly port: MessagePort };
const cache = cacheFolder === undefined ? undefined : new CodeCache(cacheFolder);
const jobs = new Map<number, Job>();

function work(job: Job): TranslatorReply {
  const missing = new Set<number>();
  const { pack, base } = translateHot(pageReader(job.pages, missing), job.places, (pc) => job.known.has(pc));
  if (missing.size > 0 && job.rounds++ < MAX_ROUNDS) {
    const pages = [...missing].slice(0, MAX_PAGES);
    return { type: 'need', id: job.id, pages };
  }
  jobs.delete(job.id);
  const module = new WebAssembly.Module(pack.bytes);
  const hashes = pack.info.pages.map(({ hash }) => hash);
  const isFixed = pack.info.pages.every(({ page }) => isWriteProtected(job, base / PAGE_SIZE_BYTES + page));
  if (isFixed) cache?.add(pack.bytes, hashes);
  return {
    type: 'code',
    id: job.id,
    pack: { module, plan: planOf(pack.info) },
    base,
    sizeBytes: pack.bytes.length,
  };
}

/** Pages that may be written hold code that is made at run time: it will hardly be the same again. */
function isWriteProtected(job: Job, page: number): boolean {
  return ((job.pages.get(page)?.permissions ?? 0) & pagePermissions.write) === 0;
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

const post = (reply: TranslatorReply) => port.postMessage(reply);
post({ type: 'ready', dispatcher: new WebAssembly.Module(buildDispatcherModule()) });
port.on('message', (request: TranslatorRequest) => {
  const reply = answer(request);
  if (reply) post(reply);
});
