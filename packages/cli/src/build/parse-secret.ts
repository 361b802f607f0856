import type { SecretSource } from '@boxer/build';
import { UsageError } from '../errors/usage-error.ts';
import { parseKeyValues } from './parse-csv.ts';

const KEYS: ReadonlySet<string> = new Set(['type', 'id', 'src', 'source', 'env']);

/**
 * Reads `--secret id=ID[,src=FILE|,env=NAME]`. As in Docker, an id alone names a variable or else a file.
 *
 * @throws {@link UsageError}
 */
export function parseSecret(text: string): [id: string, source: SecretSource] {
  // The value may be a path that says much: only what is wrong with it is repeated.
  const fail = (why: string) => new UsageError('build', `invalid value for --secret: ${why}`);
  const pairs = parseKeyValues(text);
  if (pairs === undefined) throw fail('write id=ID,src=FILE or id=ID,env=NAME');
  for (const key of pairs.keys()) if (!KEYS.has(key)) throw fail(`unknown key ${key}`);
  const id = pairs.get('id') ?? '';
  if (id === '') throw fail('id=ID is missing');
  const type = pairs.get('type');
  if (type !== undefined && type !== 'file' && type !== 'env')
    throw fail(`the type is file or env, not ${type}`);
  const file = pairs.get('src') ?? pairs.get('source');
  const variable = pairs.get('env') ?? (type === 'env' ? (file ?? id) : undefined);
  if (variable !== undefined) return [id, { variable }];
  if (file !== undefined) return [id, { file }];
  return [id, type !== 'file' && process.env[id] !== undefined ? { variable: id } : { file: id }];
}
