import { type CacheEntry, type CacheEntryType, cacheEntryTypes, listCache } from '@boxer/build';
import { cacheDirectory } from '@boxer/foundation';
import { formatBytes, withoutControls } from '../progress/format.ts';

const ID_CHARACTERS = 12;

/** @returns a line per entry of the cache, or all of them as JSON */
export async function showEntries(json: boolean): Promise<string[]> {
  const entries = await listCache(cacheDirectory());
  return json ? [JSON.stringify(entries.map(asJson), null, 2)] : entryTable(entries);
}

/** @returns what each type of entry takes, and what of it can be had back */
export async function showUsage(json: boolean): Promise<string[]> {
  const entries = await listCache(cacheDirectory());
  const rows = (Object.keys(cacheEntryTypes) as CacheEntryType[]).map((type) => {
    const own = entries.filter((entry) => entry.type === type);
    const reclaimable = own.filter(({ inUse }) => !inUse);
    return { type, entries: own.length, sizeBytes: sum(own), reclaimableBytes: sum(reclaimable) };
  });
  const total = {
    sizeBytes: sum(entries),
    reclaimableBytes: sum(entries.filter(({ inUse }) => !inUse)),
  };
  if (json) return [JSON.stringify({ directory: cacheDirectory(), types: rows, ...total }, null, 2)];
  return [
    ...columns([
      ['TYPE', 'ENTRIES', 'SIZE', 'RECLAIMABLE', ''],
      ...rows.map(({ type, entries: count, sizeBytes, reclaimableBytes }) => [
        type,
        String(count),
        formatBytes(sizeBytes),
        formatBytes(reclaimableBytes),
        cacheEntryTypes[type].what,
      ]),
    ]),
    `Total: ${formatBytes(total.sizeBytes)}, reclaimable: ${formatBytes(total.reclaimableBytes)}, in ${cacheDirectory()}`,
  ];
}

/** @returns a table of entries; only its head when there are none */
export function entryTable(entries: readonly CacheEntry[]): string[] {
  return columns([
    ['ID', 'TYPE', 'SIZE', 'LAST USED', 'IN USE', 'MADE BY'],
    ...entries.map(({ id, type, sizeBytes, lastUsedMs, inUse, description }) => [
      id.replace(/^sha256:/, '').slice(0, ID_CHARACTERS),
      type,
      formatBytes(sizeBytes),
      isoSeconds(lastUsedMs),
      inUse ? 'yes' : 'no',
      withoutControls(description ?? '').slice(0, 80),
    ]),
  ]);
}

/** The form of an entry in JSON: no paths, since they are nobody's business. */
export function asJson({ id, type, sizeBytes, lastUsedMs, inUse, description }: CacheEntry): object {
  return { id, type, sizeBytes, lastUsed: isoSeconds(lastUsedMs), inUse, description: description ?? null };
}

export function sum(entries: readonly CacheEntry[]): number {
  return entries.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
