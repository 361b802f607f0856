import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeIf } from '@boxer/foundation/testing';

/**
 * Conformance data made by, or taken from, moby/buildkit 73ed6825. It lies beside the repository and is optional.
 */
export const DATA = fileURLToPath(new URL('../../../../../shared/conformance/', import.meta.url));

const isPresent = existsSync(DATA);

/** Like `describe`, for tests that need the data. */
export function describeWithData(title: string, body: () => void): void {
  describeIf(isPresent ? undefined : 'there is no ../shared/conformance', title, body);
}

/** Reads a file of the data; empty when the data is absent. */
export function readData(path: string): string {
  return isPresent ? readFileSync(DATA + path, 'utf8') : '';
}

/** Reads a JSON file of the data; `absent` when the data is absent. */
export function readJson<Value>(path: string, absent: Value): Value {
  return isPresent ? (JSON.parse(readData(path)) as Value) : absent;
}

/** Reads one of the reference's own test tables, a list of cases. */
export function readTable<Case>(name: string): readonly Case[] {
  return readJson<{ cases: readonly Case[] }>(`buildkit-data/tables/${name}.json`, { cases: [] }).cases;
}

/** Reads a file with one JSON value a line. */
export function readJsonLines<Row>(path: string): readonly Row[] {
  return readData(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
