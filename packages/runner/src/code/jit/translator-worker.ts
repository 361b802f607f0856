import { PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import {
  buildDispatcherModule,
  type ExecutedPage,
  type ReachedPage,
  translateHotCode,
} from '@boxer/translate';
import { type MessagePort, workerData } from 'node:worker_threads';
import { CodeCache } from '../cache/code-cache.ts';
import { planOf } from '../pack-plan.ts';
import type { ProfiledPage, TranslatorData, TranslatorReply, TranslatorRequest } from './messages.ts';
import { pageReader } from './page-reader.ts';

const { port, cacheFolder } = workerData as TranslatorData & { readonly port: MessagePort };
const cache = cacheFolder === undefined ? undefined : new CodeCache(cacheFolder);
const post = (reply: TranslatorReply) => port.postMessage(reply);

function executedPages(pages: readonly ProfiledPage[]): ExecutedPage[] {
  return pages.flatMap(({ number, bits, samples }) =>
    bits && samples ? [{ page: number, bits, samples }] : [],
  );
}

function translatedPages(pages: readonly ProfiledPage[]): ReachedPage[] {
  return pages.flatMap(({ number, translated }) => (translated ? [{ page: number, bits: translated }] : []));
}

function translate({ id, leastSamples, pages }: TranslatorRequest, ofStretch: readonly ProfiledPage[]): void {
  const byNumber = new Map(pages.map((page) => [page.number, page]));
  const placed = translateHotCode(pageReader(byNumber), {
    pages: executedPages(ofStretch),
    leastSamples,
    translated: translatedPages(ofStretch),
  });
  if (!placed) return;
  const { pack, base } = placed;
  const module = new WebAssembly.Module(pack.bytes);
  // Pages that may be written hold code that is made at run time: it will hardly be the same again.
  const isFixed = pack.info.pages.every(({ page }) => {
    const permissions = byNumber.get(base / PAGE_SIZE_BYTES + page)?.permissions ?? 0;
    return (permissions & pagePermissions.write) === 0;
  });
  const hashes = pack.info.pages.map(({ hash }) => hash);
  if (isFixed) cache?.add(pack.bytes, hashes);
  const loaded = { module, plan: planOf(pack.info) };
  post({ type: 'code', id, pack: loaded, base, sizeBytes: pack.bytes.length });
}

/** Pages whose code is to be translated, by stretch. */
function stretchesOf(pages: readonly ProfiledPage[]): Map<number, ProfiledPage[]> {
  const stretches = new Map<number, ProfiledPage[]>();
  for (const page of pages) {
    if (page.stretch === undefined) continue;
    const known = stretches.get(page.stretch);
    if (known) known.push(page);
    else stretches.set(page.stretch, [page]);
  }
  return stretches;
}

post({ type: 'ready', dispatcher: new WebAssembly.Module(buildDispatcherModule()) });
port.on('message', (request: TranslatorRequest) => {
  for (const stretch of stretchesOf(request.pages).values()) {
    try {
      translate(request, stretch);
    } catch {
      // What cannot be translated is interpreted.
    }
  }
  post({ type: 'done', id: request.id });
});
