import type { CacheOrigin, CacheTarget } from '@boxer/build';
import { UsageError } from '../errors/usage-error.ts';
import { parseKeyValues } from './parse-csv.ts';

const keysFrom: Readonly<Record<string, readonly string[]>> = {
  local: ['type', 'src', 'tag'],
  registry: ['type', 'ref'],
};
const keysTo: Readonly<Record<string, readonly string[]>> = {
  local: ['type', 'dest', 'tag', 'mode', 'ignore-error'],
  registry: ['type', 'ref', 'mode', 'ignore-error'],
};

/** Reads `--cache-from type=local,src=DIR|type=registry,ref=REF`, or a reference alone. @throws {@link UsageError} */
export function parseCacheFrom(text: string): CacheOrigin {
  const { type, value, fail } = parsePairs('--cache-from', text, keysFrom);
  if (type === 'registry') return { type, reference: value('ref') ?? fail('ref=HOST/NAME:TAG is missing') };
  return { type, directory: value('src') ?? fail('src=DIR is missing'), tag: value('tag') };
}

/** Reads `--cache-to type=local,dest=DIR|type=registry,ref=REF`, or a reference alone. @throws {@link UsageError} */
export function parseCacheTo(text: string): CacheTarget {
  const { type, value, fail } = parsePairs('--cache-to', text, keysTo);
  const mode = value('mode') ?? 'min';
  if (mode !== 'min' && mode !== 'max') fail('the mode is min or max');
  const ignoreError = value('ignore-error') === 'true';
  const common = { mode: mode === 'max' ? 'max' : 'min', ignoreError } as const;
  if (type === 'registry')
    return { ...common, type, reference: value('ref') ?? fail('ref=HOST/NAME:TAG is missing') };
  const directory = value('dest') ?? fail('dest=DIR is missing');
  return { ...common, type, directory, tag: value('tag') ?? 'latest' };
}

function parsePairs(flag: string, text: string, keys: Readonly<Record<string, readonly string[]>>) {
  const fail = (why: string): never => {
    throw new UsageError('build', `invalid value ${JSON.stringify(text)} for ${flag}: ${why}`);
  };
  // As in docker buildx, a reference alone means a registry.
  const pairs = text.includes('=')
    ? (parseKeyValues(text) ?? fail('write KEY=VALUE,…'))
    : new Map([
        ['type', 'registry'],
        ['ref', text],
      ]);
  const type = pairs.get('type');
  if (type !== 'local' && type !== 'registry')
    return fail(`the type is local or registry${type === undefined ? '' : `, not ${type}`}`);
  for (const key of pairs.keys()) if (keys[type]?.includes(key) !== true) fail(`unknown key ${key}`);
  const value = (key: string): string | undefined => pairs.get(key) || undefined;
  return { type, value, fail } as const;
}
