import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { BoxTrapError } from '../errors.ts';
import {
  type LoadedPack,
  type PackCatalogue,
  packsOf,
  type SupplyMessage,
  type SupplyRequest,
} from './pack-source.ts';

/** A weak hash names few packs; whoever makes pages that name more gets no more compared. */
const MAX_CANDIDATES = 8;

const WAIT_MS = 60_000;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** A pack that may have code of a page, and which of its pages that is. */
export interface Candidate {
  readonly pack: LoadedPack;
  /** Distance of the page from the pack's base, in pages. */
  readonly page: number;
}

/** Who is told of what arrives. */
export interface LibraryListener {
  packCame(pack: LoadedPack): void;
  /** Pages that were executed before may have packs, too. */
  catalogueCame(): void;
}

/**
 * The packs that a box knows: those that a supplier (another thread) offers are loaded when a page asks for them, those made
 * while the box runs are added. Nobody waits for anything, but in tests.
 */
export class PackLibrary {
  readonly #port: MessagePort | undefined;
  #catalogue: PackCatalogue | undefined;
  readonly #asked = new Set<number>();
  #outstanding = 0;
  readonly #byHash = new Map<number, Candidate[]>();
  readonly #listener: LibraryListener;
  readonly #waits: boolean;

  /**
   * @param port - to the supplier, if there is one; it posts the catalogue without being asked
   * @param waits - whether to wait for what is on its way
   */
  constructor(port: MessagePort | undefined, listener: LibraryListener, waits = false) {
    this.#port = port;
    this.#listener = listener;
    this.#waits = waits;
    if (port) this.#outstanding = 1;
    if (waits) this.warm();
  }

  /** Whether something is on its way. */
  get isWaiting(): boolean {
    return this.#outstanding > 0;
  }

  /** Whether there is no pack, as far as is known. */
  get isEmpty(): boolean {
    return (this.#catalogue?.rows.length ?? 0) === 0 && this.#byHash.size === 0;
  }

  /** Adds a pack. */
  add(pack: LoadedPack): void {
    const { hashes } = pack.plan;
    for (let i = 0; i < hashes.length; i += 2) {
      const [page = 0, hash = 0] = [hashes[i], hashes[i + 1]];
      const known = this.#byHash.get(hash);
      if (!known) this.#byHash.set(hash, [{ pack, page }]);
      else if (known.length < MAX_CANDIDATES) known.push({ pack, page });
    }
    this.#listener.packCame(pack);
  }

  /** @returns packs that may have code of a page with this hash; others are asked for */
  candidates(hash: number): readonly Candidate[] {
    if (this.#catalogue) {
      const wanted = packsOf(this.#catalogue, hash)
        .slice(0, MAX_CANDIDATES)
        .filter((number) => !this.#asked.has(number));
      for (const number of wanted) this.#asked.add(number);
      this.#outstanding += wanted.length;
      if (wanted.length > 0) this.#request({ type: 'packs', numbers: wanted });
      if (this.#waits) this.poll();
    }
    return this.#byHash.get(hash) ?? [];
  }

  /** Packs that have to be compiled first are worth it from now on. */
  warm(): void {
    this.#request({ type: 'warm' });
  }

  #request(request: SupplyRequest): void {
    this.#port?.postMessage(request);
  }

  /** Takes what has arrived. */
  poll(): void {
    while (this.#outstanding > 0) {
      const message = this.#receive();
      if (!message) break;
      this.#outstanding--;
      if (message.type === 'catalogue') {
        this.#catalogue = message.catalogue;
        this.#listener.catalogueCame();
      } else if (message.pack) this.add(message.pack);
    }
  }

  #receive(): SupplyMessage | undefined {
    for (const started = performance.now(); this.#port;) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: SupplyMessage } | undefined;
      if (received || !this.#waits) return received?.message;
      if (performance.now() - started > WAIT_MS)
        throw new BoxTrapError('the supplier of its code does not answer');
      Atomics.wait(nobody, 0, 0, 1);
    }
    return undefined;
  }

  close(): void {
    this.#port?.close();
  }
}
