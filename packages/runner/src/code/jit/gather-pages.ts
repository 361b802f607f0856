import { GUEST_BIAS, PAGE_SHIFT, PAGE_SIZE_BYTES, pagePermissions, PERMISSIONS_AT } from '@boxer/abi';
import { reachedBits } from '@boxer/translate';
import type { GuestCode } from '../guest-code.ts';
import type { ProcessCode } from '../process-code.ts';
import type { ProfiledPage } from './messages.ts';
import { emptyProfile, type PageProfile, type Profile } from './profile.ts';
import type { Steps } from './steps.ts';

/** Pages of code in one request: 16 MiB of it are more than anybody translates at run time. */
const MOST_CODE_PAGES = 4096;
/** Pages of constants in one request. */
const MOST_CONSTANT_PAGES = 2048;
/** Code further away than this belongs to another executable. */
const FAR_PAGES = 8192;

const WORDS = PAGE_SIZE_BYTES / 4;

/** What a process executes, as far as the profile knows it. */
export interface ExecutedPage extends PageProfile {
  readonly page: number;
  readonly translated: Uint8Array | undefined;
}

/** What is worth translating of a process, and how much of what was sampled that is. */
export interface HotPages {
  readonly pages: readonly ExecutedPage[];
  readonly samples: number;
}

/** Finds the pages of a process in which places were sampled often, and which are not translated there, in steps. */
export function* hotPages(process: ProcessCode, profile: Profile, leastSamples: number): Steps<HotPages> {
  const pages: ExecutedPage[] = [];
  let sum = 0;
  for (const page of process.executed) {
    // Pages in which something was sampled are hashed.
    const known = profile.of(process.knownHashOf(page));
    if (!known || known.most < leastSamples) continue;
    const translated = process.translatedBits(page);
    yield;
    const weight = hotSamples(known, translated, leastSamples);
    if (weight === 0) continue;
    sum += weight;
    pages.push({ page, ...known, translated });
    if (pages.length === MOST_CODE_PAGES) break;
  }
  return { pages: pages.sort((a, b) => a.page - b.page), samples: sum };
}

function hotSamples(
  { samples, tried }: PageProfile,
  translated: Uint8Array | undefined,
  least: number,
): number {
  let sum = 0;
  for (let i = 0; i < WORDS; i++) {
    const count = samples[i] ?? 0;
    if (count < least) continue;
    const done = (tried[i >> 3] ?? 0) | (translated?.[i >> 3] ?? 0);
    if (((done >> (i & 7)) & 1) === 0) sum += count;
  }
  return sum;
}

/** Takes note that hot places are being translated. */
export function markTried(pages: Iterable<ExecutedPage>, leastSamples: number): void {
  for (const { samples, tried } of pages)
    for (let i = 0; i < WORDS; i++)
      if ((samples[i] ?? 0) >= leastSamples) tried[i >> 3] = (tried[i >> 3] ?? 0) | (1 << (i & 7));
}

/** Pages that are to be copied. */
export interface GatheredPages {
  readonly code: ReadonlyMap<number, ExecutedPage>;
  /** The executables that they belong to, by number. */
  readonly stretches: ReadonlyMap<number, number>;
  readonly constants: readonly number[];
}

/** Finds pages of code, those that their code runs on to, and the constants that it may take the targets of jumps from, in steps. */
export function* choosePages(
  process: ProcessCode,
  profile: Profile,
  hot: readonly ExecutedPage[],
): Steps<GatheredPages> {
  const { guest } = process;
  const code = new Map<number, ExecutedPage>();
  for (const each of hot) code.set(each.page, each);
  // Functions have parts on other pages: what is translated of those belongs to them.
  for (const { page } of hot)
    for (const near of [page - 1, page + 1]) {
      const known = code.has(near) ? undefined : profiled(process, profile, near);
      if (known) code.set(near, known);
    }
  const numbers = [...code.keys()].sort((a, b) => a - b);
  const stretches = stretchesOf(guest, numbers);
  yield;
  const merged = new Map<number, ExecutedPage>();
  const constants = new Set<number>();
  for (const page of numbers) {
    const known = code.get(page);
    if (!known) continue;
    addConstantPages(guest, known, constants);
    merged.set(page, { ...known, bits: allBits(guest, known) });
    yield;
  }
  return { code: merged, stretches, constants: [...constants].filter((page) => !code.has(page)) };
}

/** What of a page was executed, in translated code or not. */
function allBits(guest: GuestCode, { page, bits, translated }: ExecutedPage): Uint8Array {
  const reached = reachedBits(guest.memory.buffer, page);
  const all = bits.slice();
  for (let i = 0; i < all.length; i++) all[i] = (all[i] ?? 0) | (reached?.[i] ?? 0) | (translated?.[i] ?? 0);
  return all;
}

/** Copies pages that were chosen before. */
export function copyPages(guest: GuestCode, { code, stretches, constants }: GatheredPages): ProfiledPage[] {
  return guest.copyPages([...code.keys(), ...constants]).map((copy): ProfiledPage => {
    const known = code.get(copy.number);
    if (!known) return copy;
    const { samples, translated, bits } = known;
    const stretch = stretches.get(copy.number);
    return {
      ...copy,
      bits,
      samples,
      ...(stretch === undefined ? {} : { stretch }),
      ...(translated ? { translated } : {}),
    };
  });
}

function profiled(process: ProcessCode, profile: Profile, page: number): ExecutedPage | undefined {
  const hash = process.hashOf(page);
  if (hash === undefined) return undefined;
  return { page, ...(profile.of(hash) ?? emptyProfile()), translated: process.translatedBits(page) };
}

/** Numbers the executables that pages belong to: those are far apart, or something else than code lies between them. */
function stretchesOf(guest: GuestCode, pages: readonly number[]): Map<number, number> {
  const stretches = new Map<number, number>();
  let stretch = 0;
  let last: number | undefined;
  for (const page of pages) {
    if (last !== undefined && (page - last > FAR_PAGES || isDivided(guest, last, page))) stretch++;
    stretches.set(page, stretch);
    last = page;
  }
  return stretches;
}

function isDivided(guest: GuestCode, from: number, to: number): boolean {
  const between = guest.bytes.subarray(PERMISSIONS_AT + from + 1, PERMISSIONS_AT + to);
  for (const permissions of between)
    if (permissions !== 0 && (permissions & pagePermissions.execute) === 0) return true;
  return false;
}

/** Adds pages that executed code of a page computes addresses in, and those behind, as far as nobody may write to them. */
function addConstantPages(guest: GuestCode, { page, bits }: ExecutedPage, found: Set<number>): void {
  const { words } = guest;
  const first = (GUEST_BIAS + page * PAGE_SIZE_BYTES) >> 2;
  for (let i = 0; i < WORDS; i++) {
    const byte = bits[i >> 3] ?? 0;
    if (byte === 0) i |= 7;
    if (((byte >> (i & 7)) & 1) === 0) continue;
    const target = addressedPage(page * PAGE_SIZE_BYTES + 4 * i, words[first + i] ?? 0);
    if (target === undefined || found.size >= MOST_CONSTANT_PAGES) continue;
    for (const each of [target, target + 1]) if (isConstant(guest, each)) found.add(each);
  }
}

/** @returns the page that ADR or ADRP computes an address in */
function addressedPage(pc: number, word: number): number | undefined {
  if ((word & 0x1f00_0000) !== 0x1000_0000) return undefined;
  const immediate = (((word << 8) >> 13) << 2) | ((word >>> 29) & 3);
  return word >>> 31 ? (pc >>> PAGE_SHIFT) + immediate : (pc + immediate) >>> PAGE_SHIFT;
}

function isConstant(guest: GuestCode, page: number): boolean {
  const permissions = guest.permissions(page);
  return (permissions & pagePermissions.read) !== 0 && (permissions & pagePermissions.write) === 0;
}
