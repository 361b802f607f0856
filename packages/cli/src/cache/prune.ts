import {
  type CacheEntryType,
  cacheEntryTypes,
  parseDuration,
  pruneCache,
  type PruneOptions,
} from '@boxer/build';
import { cacheDirectory } from '@boxer/foundation';
import { UsageError } from '../errors/usage-error.ts';
import { formatBytes } from '../progress/format.ts';
import { parseCacheSize } from './cache-size.ts';
import { asJson, entryTable } from './show-cache.ts';

/** The flags of `boxer cache prune`, as written. */
export interface PruneFlags {
  readonly all: boolean;
  readonly filter?: readonly string[] | undefined;
  readonly 'keep-storage'?: string | undefined;
  readonly json: boolean;
}

const fail = (why: string) => new UsageError('cache prune', why);
const NANOSECONDS = 1_000_000n;

/** Removes entries of the cache. @returns what is to be shown */
export async function prune(flags: PruneFlags): Promise<string[]> {
  const { removed, freedBytes } = await pruneCache(cacheDirectory(), pruneOptions(flags));
  if (flags.json) return [JSON.stringify({ removed: removed.map(asJson), freedBytes }, null, 2)];
  return [...(removed.length === 0 ? [] : entryTable(removed)), `Total: ${formatBytes(freedBytes)}`];
}

/** @throws {@link UsageError} */
export function pruneOptions(
  { all, filter = [], 'keep-storage': keep }: PruneFlags,
  nowMs = Date.now(),
): PruneOptions {
  const options: { -readonly [K in keyof PruneOptions]: PruneOptions[K] } = {};
  if (all) options.types = allTypes;
  if (keep !== undefined) options.keepBytes = parseCacheSize('cache prune', '--keep-storage', keep);
  for (const text of filter) {
    const [key = '', ...rest] = text.split('=');
    const value = rest.join('=');
    if (value === '') throw fail(`invalid value ${JSON.stringify(text)} for --filter: write KEY=VALUE`);
    if (key === 'until') options.untilMs = parseUntil(value, nowMs);
    else if (key === 'type') options.types = [parseType(value)];
    else if (key === 'id') options.id = value;
    else throw fail(`unknown key ${JSON.stringify(key)} for --filter: there are until, type and id`);
  }
  return options;
}

const allTypes = Object.keys(cacheEntryTypes) as CacheEntryType[];

function parseType(text: string): CacheEntryType {
  const type = allTypes.find((one) => one === text);
  if (type === undefined)
    throw fail(`unknown type ${JSON.stringify(text)} for --filter: there are ${allTypes.join(', ')}`);
  return type;
}

/** As docker takes it: a duration before now, or a time. */
function parseUntil(text: string, nowMs: number): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  try {
    return nowMs - Number(parseDuration(text) / NANOSECONDS);
  } catch {
    throw fail(
      `invalid value ${JSON.stringify(text)} for until: write 24h, or a time such as 2026-01-31T12:00:00Z`,
    );
  }
}
