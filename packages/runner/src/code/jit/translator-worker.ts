import { planOf } from '@boxer/translate';
import { type MessagePort, workerData } from 'node:worker_threads';
import { optimiseScripts } from '../../native-code/optimising.ts';
import { CodeCache } from '../cache/code-cache.ts';
import type { TranslatorData, TranslatorReply, TranslatorRequest } from './messages.ts';
import { translateRequest, type TranslatedStretch } from './translate-request.ts';

const { port, cacheFolder } = workerData as TranslatorData & { readonly port: MessagePort };
const cache = cacheFolder === undefined ? undefined : new CodeCache(cacheFolder);
const post = (reply: TranslatorReply) => port.postMessage(reply);

function deliver(id: number, { pack, base, isFixed }: TranslatedStretch): void {
  const module = new WebAssembly.Module(pack.bytes);
  const hashes = pack.info.pages.map(({ hash }) => hash);
  if (isFixed) cache?.add(pack.bytes, hashes);
  const loaded = { module, plan: planOf(pack.info) };
  post({ type: 'code', id, pack: loaded, base, sizeBytes: pack.bytes.length });
}

port.on('message', (request: TranslatorRequest) => {
  optimiseScripts(false);
  for (const stretch of translateRequest(request)) {
    try {
      deliver(request.id, stretch);
    } catch {
      // What cannot be compiled is interpreted.
    }
  }
  optimiseScripts(true);
  post({ type: 'done', id: request.id });
});
