import type { CodeLocation } from '@boxer/component';
import { planOf, readPack } from '@boxer/translate';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { NativeCodeCache } from '../../native-code/native-code-cache.ts';
import { CodeCache } from '../cache/code-cache.ts';
import {
  catalogueOf,
  type LoadedPack,
  MAX_PACKS,
  type SupplyMessage,
  type SupplyRequest,
} from '../pack-source.ts';

/** Where a box's packs may come from. */
export interface CodeSources {
  readonly componentPath: string;
  /** Packs in the component. */
  readonly code: readonly CodeLocation[];
  readonly cacheFolder: string | undefined;
}

/** A supplier at work. */
export interface CodeSupply {
  /** Has machine code made of what was translated meanwhile. */
  wantNew(): void;
}

interface Source {
  /** Digest of the pack. */
  readonly name: string;
  readonly hashes: readonly number[];
  /** @returns undefined when it is gone or damaged */
  read(): Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Offers the packs of a component and of the cache to the thread that runs a box, and loads those it asks for. It lives in
 * the main thread, which has nothing else to do meanwhile.
 *
 * @param native - compiles them, or has before
 */
export function supplyCode(port: MessagePort, sources: CodeSources, native: NativeCodeCache): CodeSupply {
  const post = (message: SupplyMessage) => port.postMessage(message);
  const known = listSources(sources);
  let isWarm = false;
  const held: number[] = [];
  const serve = (number: number) => {
    const bytes = known[number]?.read();
    if (bytes && !isWarm && !native.has(bytes)) {
      native.want(bytes);
      held.push(number);
      return;
    }
    const pack = bytes && load(bytes, native);
    post({ type: 'pack', number, ...(pack ? { pack } : {}) });
  };
  port.on('message', (request: SupplyRequest) => {
    if (request.type === 'warm') isWarm = true;
    for (const number of request.type === 'warm' ? held.splice(0) : request.numbers) serve(number);
  });
  port.unref();
  post({ type: 'catalogue', catalogue: catalogueOf(known.map(({ hashes }) => hashes)) });
  return {
    wantNew() {
      const names = new Set(known.map(({ name }) => name));
      for (const source of listSources(sources)) {
        const bytes = names.has(source.name) ? undefined : source.read();
        if (bytes && !native.has(bytes)) native.want(bytes);
      }
    },
  };
}

function listSources({ componentPath, code, cacheFolder }: CodeSources): Source[] {
  const cache = cacheFolder === undefined ? undefined : new CodeCache(cacheFolder);
  const inComponent = code.map((location): Source => ({
    name: location.digest,
    hashes: location.pageHashes,
    read: () => readLocation(componentPath, location),
  }));
  const inCache = (cache?.list() ?? []).map((pack): Source => ({
    name: pack.digest,
    hashes: pack.hashes,
    read: () => cache?.load(pack),
  }));
  return [...inComponent, ...inCache].slice(0, MAX_PACKS);
}

/** A pack that is not as it should be is no reason to end the box: it goes on in the interpreter. */
function load(bytes: Uint8Array<ArrayBuffer>, native: NativeCodeCache): LoadedPack | undefined {
  try {
    const plan = planOf(readPack(bytes));
    return { module: native.compile(bytes), plan };
  } catch {
    return undefined;
  }
}

function readLocation(
  path: string,
  { offset, sizeBytes, digest }: CodeLocation,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(sizeBytes);
  try {
    const fd = openSync(path, 'r');
    try {
      for (let done = 0; done < sizeBytes;) {
        const n = readSync(fd, bytes, done, sizeBytes - done, offset + done);
        if (n === 0) return undefined;
        done += n;
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest ? bytes : undefined;
}
