import { exitReasons, PAGE_SHIFT } from '@boxer/abi';
import type { PostedCode, PostedPlace, TranslatorReply } from './messages.ts';
import type { TranslatedProcess } from './translated-process.ts';
import { Translator } from './translator.ts';

/** A box that ends before has no use for a translator: its slices, 200,000 instructions each. */
const WARM_UP_SLICES = 150;
/** Samples of a place before it is translated. */
const SAMPLES = 2;
/** Places in one request. */
const PLACES = 8;
/** Slices after which a request goes out even when it is not full. */
const PATIENCE_SLICES = 20;
/** Pages that are sent with a place, from its function's first one on. */
const PAGES_AHEAD = 5;
/** Requests under way. */
const MAX_PENDING = 2;

interface Pending {
  readonly process: TranslatedProcess;
  readonly generation: number;
}

/**
 * Translates what a box spends its time on, in another thread, while the interpreter goes on. Code is kept for other
 * processes that have the same at the same addresses.
 */
export class JustInTime {
  #translator: Translator | undefined;
  #dispatcher: WebAssembly.Module | undefined;
  #failed = false;
  #slices = 0;
  #nextId = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #codes = new Map<number, PostedCode[]>();
  readonly #places = new Map<TranslatedProcess, PostedPlace[]>();
  #lastRequest = 0;
  readonly #generations = new WeakMap<TranslatedProcess, number>();

  /** Another program runs in the process now. */
  forget(process: TranslatedProcess): void {
    process.clear();
    this.#generations.set(process, this.#generationOf(process) + 1);
    this.#places.delete(process);
  }

  #generationOf(process: TranslatedProcess): number {
    return this.#generations.get(process) ?? 0;
  }

  /** Is called whenever a process has executed for a while. */
  afterRun(process: TranslatedProcess, reason: number): void {
    if (reason !== exitReasons.fuel || this.#failed) return;
    this.#slices += 1;
    process.refresh();
    const place = process.sample(SAMPLES);
    if (place && !this.#installKnown(process, place)) {
      const places = this.#places.get(process) ?? [];
      if (places.length < 4 * PLACES) places.push(place);
      this.#places.set(process, places);
    }
    if (this.#slices < WARM_UP_SLICES) return;
    this.#takeReplies();
    this.#sendRequest(process);
  }

  #installKnown(process: TranslatedProcess, { pc }: PostedPlace): boolean {
    const dispatcher = this.#dispatcher;
    if (!dispatcher) return false;
    return (this.#codes.get(pc) ?? []).some((code) => process.install(code, dispatcher));
  }

  #sendRequest(process: TranslatedProcess): void {
    const places = this.#places.get(process);
    if (!places || places.length === 0 || this.#pending.size >= MAX_PENDING) return;
    if (places.length < PLACES && this.#slices - this.#lastRequest < PATIENCE_SLICES) return;
    this.#translator ??= Translator.start();
    if (!this.#translator) {
      this.#failed = true;
      return;
    }
    const known = process.entries;
    const chosen = places.splice(0, PLACES).filter(({ pc }) => !known.includes(pc));
    if (chosen.length === 0) return;
    const id = this.#nextId++;
    this.#lastRequest = this.#slices;
    this.#pending.set(id, { process, generation: this.#generationOf(process) });
    const numbers = new Set(chosen.flatMap(pagesAround));
    this.#translator.post({
      type: 'translate',
      id,
      places: chosen,
      known,
      pages: process.pages([...numbers]),
    });
  }

  #takeReplies(): void {
    for (let reply = this.#translator?.poll(); reply; reply = this.#translator?.poll()) this.#take(reply);
  }

  #take(reply: TranslatorReply): void {
    if (reply.type === 'ready') {
      this.#dispatcher = reply.dispatcher;
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    const { process, generation } = pending;
    const isSame = this.#generationOf(process) === generation;
    if (reply.type === 'need') {
      this.#translator?.post({
        type: 'pages',
        id: reply.id,
        pages: answered(process, isSame ? reply.pages : []),
      });
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.type === 'failed') return;
    for (const { pc } of reply.code.entries)
      this.#codes.set(pc, [...(this.#codes.get(pc) ?? []), reply.code]);
    if (isSame && this.#dispatcher) process.install(reply.code, this.#dispatcher);
  }

  close(): void {
    this.#translator?.close();
  }
}

/** Pages that translating a place will most likely ask for. */
function pagesAround({ pc, entry }: PostedPlace): number[] {
  const first = entry >>> PAGE_SHIFT;
  return [...Array.from({ length: PAGES_AHEAD }, (_, i) => first + i), pc >>> PAGE_SHIFT];
}

/** Pages that are not there are sent as empty ones, so that nobody asks again. */
function answered(process: TranslatedProcess, numbers: readonly number[]) {
  const found = process.pages(numbers);
  const present = new Set(found.map(({ number }) => number));
  const absent = numbers.filter((number) => !present.has(number));
  return [...found, ...absent.map((number) => ({ number, permissions: 0, bytes: new Uint8Array() }))];
}
