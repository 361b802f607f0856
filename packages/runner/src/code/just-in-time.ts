import { PAGE_SHIFT } from '@boxer/abi';
import { BoxTrapError } from '../errors.ts';
import type { GuestCode } from './guest-code.ts';
import { type HotPlace, HotPlaces } from './hot-places.ts';
import type { PackLibrary } from './pack-library.ts';
import type { ProcessCode } from './process-code.ts';
import type { TranslatorReply } from './translator/messages.ts';
import { Translator } from './translator/translator.ts';

/** When translating pays. */
export interface JitThresholds {
  /** Slices, of up to 200,000 instructions each, before anything is translated: shorter boxes have no use for a translator. */
  readonly warmUpSlices: number;
  /** Samples of a place before it is translated. */
  readonly samples: number;
  /** Instructions between two samples, when not a slice; and the box waits for what is translated. For tests. */
  readonly everyInstructions?: number;
}

/** Places in one request. */
const PLACES = 8;
/** Slices after which a request goes out even when it is not full. */
const PATIENCE_SLICES = 20;
/** Pages that are sent with a place, from its function's first one on. */
const PAGES_AHEAD = 5;
/** Requests under way. */
const MAX_PENDING = 2;
/** Where translated functions are told of to the translator, around a place. */
const NEAR_BYTES = 0x20_0000;
/** Bytes of modules that a box may have translated, all processes together: their machine code takes some times as much. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;

/** Only tests wait. */
const FORCED_WAIT_MS = 60_000;
const nobody = new Int32Array(new SharedArrayBuffer(4));

interface Pending {
  readonly process: ProcessCode;
  readonly generation: number;
}

interface Watched {
  readonly hot: HotPlaces;
  readonly places: HotPlace[];
  /** Counts the programs that have run in the process. */
  generation: number;
}

/** Translates what a box spends its time on, in another thread, while the interpreter goes on. */
export class JustInTime {
  readonly #library: PackLibrary;
  readonly #thresholds: JitThresholds;
  readonly #cacheFolder: string | undefined;
  #translator: Translator | undefined;
  #failed = false;
  #slices = 0;
  #lastRequest = 0;
  #nextId = 0;
  #codeBytes = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #watched = new Map<ProcessCode, Watched>();

  constructor(library: PackLibrary, thresholds: JitThresholds, cacheFolder: string | undefined) {
    this.#library = library;
    this.#thresholds = thresholds;
    this.#cacheFolder = cacheFolder;
  }

  #watch(process: ProcessCode): Watched {
    const known = this.#watched.get(process);
    if (known) return known;
    const made = { hot: new HotPlaces(process), places: [], generation: 0 };
    this.#watched.set(process, made);
    return made;
  }

  /** Another program runs in the process now. */
  forget(process: ProcessCode): void {
    const watched = this.#watch(process);
    watched.generation++;
    watched.places.length = 0;
    watched.hot.clear();
  }

  /** The process is gone. */
  drop(process: ProcessCode): void {
    this.#watched.delete(process);
  }

  /** Is called when a process has used up a slice. */
  afterSlice(process: ProcessCode): void {
    if (this.#failed) return;
    this.#slices++;
    const { hot, places } = this.#watch(process);
    const place = hot.sample(this.#thresholds.samples);
    if (place && places.length < 4 * PLACES) places.push(place);
    if (this.#slices < this.#thresholds.warmUpSlices) return;
    this.#takeReplies();
    this.#sendRequest(process);
  }

  #sendRequest(process: ProcessCode): void {
    const { places, generation } = this.#watch(process);
    if (places.length === 0 || this.#pending.size >= MAX_PENDING || this.#codeBytes > MAX_CODE_BYTES) return;
    const isForced = this.#thresholds.everyInstructions !== undefined;
    const isPatient = places.length < PLACES && this.#slices - this.#lastRequest < PATIENCE_SLICES;
    if (isPatient && !isForced) return;
    this.#translator ??= Translator.start({ cacheFolder: this.#cacheFolder });
    if (!this.#translator) {
      this.#failed = true;
      return;
    }
    const chosen = places.splice(0, PLACES).filter(({ pc }) => !process.isEntry(pc));
    if (chosen.length === 0) return;
    const id = this.#nextId++;
    this.#lastRequest = this.#slices;
    this.#pending.set(id, { process, generation });
    const pcs = chosen.map(({ entry }) => entry);
    const known = process.functions(Math.min(...pcs) - NEAR_BYTES, Math.max(...pcs) + NEAR_BYTES);
    const pages = process.guest.copyPages([...new Set(chosen.flatMap(pagesAround))]);
    this.#translator.post({ type: 'translate', id, places: chosen, known, pages });
    for (const started = performance.now(); isForced && this.#pending.size > 0; this.#takeReplies()) {
      if (performance.now() - started > FORCED_WAIT_MS)
        throw new BoxTrapError('its translator does not answer');
      Atomics.wait(nobody, 0, 0, 1);
    }
  }

  #takeReplies(): void {
    for (let reply = this.#translator?.poll(); reply; reply = this.#translator?.poll()) this.#take(reply);
  }

  #take(reply: TranslatorReply): void {
    if (reply.type === 'ready') {
      this.#library.dispatcher = reply.dispatcher;
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    const { process, generation } = pending;
    const isSame = this.#watched.get(process)?.generation === generation;
    if (reply.type === 'need') {
      const pages = answered(process.guest, isSame ? reply.pages : []);
      this.#translator?.post({ type: 'pages', id: reply.id, pages });
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.type === 'failed') return;
    this.#codeBytes += reply.sizeBytes;
    this.#library.add(reply.pack);
    if (isSame) process.place(reply.pack, reply.base);
  }

  close(): void {
    this.#translator?.close();
  }
}

/** Pages that translating a place will most likely ask for. */
function pagesAround({ pc, entry }: HotPlace): number[] {
  const first = entry >>> PAGE_SHIFT;
  return [...Array.from({ length: PAGES_AHEAD }, (_, i) => first + i), pc >>> PAGE_SHIFT];
}

/** Pages that are not there are sent as empty ones, so that nobody asks again. */
function answered(guest: GuestCode, numbers: readonly number[]) {
  const found = guest.copyPages(numbers);
  const present = new Set(found.map(({ number }) => number));
  const absent = numbers.filter((number) => !present.has(number));
  return [...found, ...absent.map((number) => ({ number, permissions: 0, bytes: new Uint8Array() }))];
}
