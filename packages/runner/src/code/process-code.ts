import { PAGE_SIZE_BYTES } from '@boxer/abi';
import { pageHash } from '@boxer/translate';
import { GuestCode } from './guest-code.ts';
import { InstalledPack } from './installed-pack.ts';
import type { PackLibrary } from './pack-library.ts';
import type { LoadedPack } from './pack-source.ts';

/** Packs that stay in the instance of a process when another program runs in it. */
const MAX_KEPT = 64;
/** Whoever makes more pages look alike gets no more of them translated. */
const MAX_INSTALLED = 1024;

/** The translated code of one process. */
export class ProcessCode {
  readonly guest: GuestCode;
  readonly #library: PackLibrary;
  readonly #installed = new Map<LoadedPack, Map<number, InstalledPack>>();
  readonly #byPage = new Map<number, InstalledPack[]>();
  /** Pages that are executed, and their hashes where those were asked for. */
  readonly #seen = new Map<number, number | undefined>();
  #count = 0;
  #epoch: number;
  readonly #patience: number;
  /** Instructions until packs are looked for. */
  #idle: number;

  /** @param patience - instructions of a program before packs are put into its process */
  constructor(guest: GuestCode, library: PackLibrary, patience = 0) {
    this.guest = guest;
    this.#library = library;
    this.#epoch = guest.epoch;
    this.#patience = patience;
    this.#idle = patience;
  }

  /** Another program runs here now. */
  clear(): void {
    this.#forget();
    this.#idle = this.#patience;
    if (this.#count <= MAX_KEPT) return;
    for (const each of this.#allInstalled()) each.remove();
    this.#installed.clear();
    this.#byPage.clear();
    this.#count = 0;
  }

  /** Pages that are executed. */
  get executed(): Iterable<number> {
    return this.#seen.keys();
  }

  /** @returns the hash of a page that is executed */
  hashOf(page: number): number | undefined {
    if (!this.#seen.has(page)) return undefined;
    const hash = this.#seen.get(page) ?? pageHash(this.guest.page(page));
    this.#seen.set(page, hash);
    return hash;
  }

  /** @returns the same, if that was asked for before */
  knownHashOf(page: number): number | undefined {
    return this.#seen.get(page);
  }

  /** @returns a bit for each word of a page that belongs to a translated function; undefined when there is none */
  translatedBits(page: number): Uint8Array | undefined {
    const installed = this.#byPage.get(page);
    if (!installed) return undefined;
    const bits = new Uint8Array(PAGE_SIZE_BYTES / 4 / 8);
    for (const each of installed) each.markTranslated(page, bits);
    return bits;
  }

  #forget(): void {
    this.#epoch = this.guest.epoch;
    this.#seen.clear();
    this.guest.forgetEntries();
    for (const each of this.#allInstalled()) each.forget();
  }

  *#allInstalled(): Generator<InstalledPack> {
    for (const byBase of this.#installed.values()) yield* byBase.values();
  }

  /** After code was forgotten nothing is entered or valid; pages are announced anew. */
  checkEpoch(): void {
    if (this.guest.epoch !== this.#epoch) this.#forget();
  }

  /** Its program has executed so much more. */
  ran(instructions: number): void {
    if (this.#idle <= 0) return;
    this.#idle -= instructions;
    if (this.#idle <= 0) this.searchAll();
  }

  /** Code of a page is about to be executed for the first time since code was forgotten. */
  codePage(page: number): void {
    this.checkEpoch();
    if (this.#library.isWaiting) this.#library.poll();
    this.#seen.set(page, undefined);
    if (this.#idle <= 0) this.#search(page);
  }

  /** Asks for packs of what was executed so far. */
  searchAll(): void {
    if (this.#idle > 0) return;
    this.checkEpoch();
    for (const page of this.executed) this.#search(page);
  }

  #search(page: number): void {
    const hash = this.#library.isEmpty ? undefined : this.hashOf(page);
    const candidates = hash === undefined ? [] : this.#library.candidates(hash);
    for (const { pack, page: distance } of candidates)
      if (page >= distance) this.#install(pack, (page - distance) * PAGE_SIZE_BYTES);
    for (const each of this.#byPage.get(page) ?? []) each.visit(page);
  }

  /** Looks whether the process executes pages of a pack that has arrived. It need not be the one that is running. */
  offer(pack: LoadedPack): void {
    if (this.#idle > 0) return;
    this.checkEpoch();
    const distances = new Map<number, number[]>();
    const { hashes } = pack.plan;
    for (let i = 0; i < hashes.length; i += 2) {
      const [distance = 0, hash = 0] = [hashes[i], hashes[i + 1]];
      const known = distances.get(hash);
      if (known) known.push(distance);
      else distances.set(hash, [distance]);
    }
    const visits: number[] = [];
    for (const page of this.executed) {
      const fitting = distances.get(this.hashOf(page) ?? NaN);
      if (!fitting) continue;
      for (const distance of fitting)
        if (page >= distance) this.#install(pack, (page - distance) * PAGE_SIZE_BYTES);
      visits.push(page);
    }
    for (const page of visits) for (const each of this.#byPage.get(page) ?? []) each.visit(page);
  }

  /** Puts a pack at an address, whatever the hashes say, and enters what is there. @returns how many functions that were */
  place(pack: LoadedPack, base: number): number {
    this.checkEpoch();
    const installed = this.#install(pack, base);
    if (!installed) return 0;
    let count = 0;
    for (const page of installed.pages()) count += installed.visit(page);
    return count;
  }

  #install(pack: LoadedPack, base: number): InstalledPack | undefined {
    const known = this.#installed.get(pack)?.get(base);
    if (known || this.#count >= MAX_INSTALLED) return known;
    const installed = new InstalledPack(this.guest, pack, base);
    this.#count++;
    const byBase = this.#installed.get(pack) ?? new Map<number, InstalledPack>();
    this.#installed.set(pack, byBase.set(base, installed));
    for (const page of installed.pages()) {
      const others = this.#byPage.get(page);
      if (others) others.push(installed);
      else this.#byPage.set(page, [installed]);
    }
    return installed;
  }
}
