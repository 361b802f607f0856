import { withSuggestion } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';
import { splitCsv } from '../gotext/csv.ts';
import { parseBool } from '../gotext/parse-bool.ts';
import { goQuote } from '../gotext/quote.ts';
import { parseByteSize } from '../gotext/byte-size.ts';

/** What is mounted. */
export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
/** Whether builds at the same time share a cache, get one each, or wait for each other. */
export type CacheSharing = 'shared' | 'private' | 'locked';

/** The fields of a `--mount`, checked, but not yet resolved. Empty text means not given. */
export interface MountFields {
  readonly type: MountType;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly id: string;
  readonly sharing: CacheSharing | undefined;
  readonly required: boolean;
  readonly sizeBytes: number | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly env: string | undefined;
}

type MutableFields = { -readonly [Key in keyof MountFields]: MountFields[Key] } & { readOnlyGiven: boolean };

const TYPES: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const SHARING: readonly CacheSharing[] = ['shared', 'private', 'locked'];
const SUGGESTED_KEYS =
  'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env'.split(
    ' ',
  );

/**
 * Finds `from`, which is known before variables are, since stages depend on it.
 *
 * @throws {@link DockerfileError} when it holds a variable
 */
export function parseMountFrom(text: string): string | undefined {
  let from: string | undefined;
  for (const field of mountFields(text)) {
    const { key, value } = splitField(field);
    if (key !== 'from' || value === undefined) continue;
    if (/\$./s.test(value))
      throw fail("'from' doesn't support variable expansion, define alias stage instead");
    from = value;
  }
  return from === '' ? undefined : from;
}

/**
 * Reads a `--mount`.
 *
 * @param expand - replaces variables in a value
 * @source buildkit, frontend/dockerfile/instructions/commands_runmount.go
 */
export function parseMount(text: string, expand: (value: string) => string): MountFields {
  const fields: MutableFields = {
    type: 'bind',
    from: '',
    source: '',
    target: '',
    readOnly: false,
    readOnlyGiven: false,
    id: '',
    sharing: undefined,
    required: false,
    sizeBytes: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
    env: undefined,
  };
  for (const field of mountFields(text)) {
    const { key, value } = splitField(field);
    const setter = Object.hasOwn(SETTERS, key) ? SETTERS[key] : undefined;
    if (value === undefined) {
      if (setter === undefined || !VALUELESS_KEYS.has(key)) {
        throw fail(`invalid field '${field}' must be a key=value pair`);
      }
      setter(fields, undefined, key);
    } else {
      const expanded = expand(value);
      if (setter === undefined) {
        throw fail(withSuggestion(`unexpected key '${key}' in '${field}'`, key, SUGGESTED_KEYS));
      }
      setter(fields, expanded, key);
    }
  }
  const { readOnlyGiven, ...given } = fields;
  const mount = readOnlyGiven
    ? given
    : { ...given, readOnly: given.type !== 'cache' && given.type !== 'tmpfs' };
  validate(mount);
  return mount;
}

type Setter = (fields: MutableFields, value: string | undefined, key: string) => void;

const VALUELESS_KEYS = new Set(['readonly', 'ro', 'readwrite', 'rw', 'required']);

const setReadOnly: Setter = (fields, value, key) => {
  fields.readOnly = booleanOf(key, value);
  fields.readOnlyGiven = true;
};

const setReadWrite: Setter = (fields, value, key) => {
  fields.readOnly = !booleanOf(key, value);
  fields.readOnlyGiven = true;
};

const setSource: Setter = (fields, value = '') => {
  fields.source = value;
};

const setTarget: Setter = (fields, value = '') => {
  fields.target = value;
};

const SETTERS: Readonly<Record<string, Setter>> = {
  type: (fields, value = '') => {
    const type = TYPES.find((candidate) => candidate === value.toLowerCase());
    if (type === undefined)
      throw fail(withSuggestion(`unsupported mount type ${goQuote(value)}`, value, TYPES));
    fields.type = type;
  },
  from: (fields, value = '') => {
    fields.from = value;
  },
  source: setSource,
  src: setSource,
  target: setTarget,
  dst: setTarget,
  destination: setTarget,
  readonly: setReadOnly,
  ro: setReadOnly,
  readwrite: setReadWrite,
  rw: setReadWrite,
  required: (fields, value, key) => {
    if (fields.type !== 'secret' && fields.type !== 'ssh') throw unexpectedForType(key, fields.type);
    fields.required = booleanOf(key, value);
  },
  size: (fields, value = '', key) => {
    if (fields.type !== 'tmpfs') throw unexpectedForType(key, fields.type);
    const sizeBytes = parseByteSize(value);
    if (sizeBytes === undefined) throw fail(`invalid value for ${key}: ${value}`);
    fields.sizeBytes = sizeBytes;
  },
  id: (fields, value = '') => {
    fields.id = value;
  },
  sharing: (fields, value = '') => {
    const sharing = SHARING.find((candidate) => candidate === value.toLowerCase());
    if (sharing === undefined)
      throw fail(withSuggestion(`unsupported sharing value ${goQuote(value)}`, value, SHARING));
    fields.sharing = sharing;
  },
  mode: (fields, value = '') => {
    fields.mode = numberOf('mode', value, 8);
  },
  uid: (fields, value = '') => {
    fields.uid = numberOf('uid', value, 10);
  },
  gid: (fields, value = '') => {
    fields.gid = numberOf('gid', value, 10);
  },
  env: (fields, value = '') => {
    fields.env = value;
  },
};

function validate(mount: MountFields): void {
  const { type } = mount;
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const) {
      if (mount[key] !== undefined) throw fail(`${key} not allowed for ${goQuote(type)} type mounts`);
    }
  }
  if (type === 'secret') validateSecret(mount);
  if (mount.sharing !== undefined && type !== 'cache')
    throw fail(`invalid cache sharing set for ${type} mount`);
}

function validateSecret(mount: MountFields): void {
  if (mount.from !== '') throw fail('secret mount should not have a from');
  if (mount.sharing !== undefined) throw fail('secret mount should not define sharing');
  if (mount.source === '' && mount.target === '' && mount.id === '') {
    throw fail('invalid secret mount. one of source, target required');
  }
  if (mount.source !== '' && mount.id !== '') throw fail("both source and id can't be set");
}

function mountFields(text: string): readonly string[] {
  try {
    return splitCsv(text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw fail(`failed to parse csv mounts: ${error.message}`);
  }
}

function splitField(field: string): { key: string; value: string | undefined } {
  const equals = field.indexOf('=');
  if (equals === -1) return { key: field.toLowerCase(), value: undefined };
  return { key: field.slice(0, equals).toLowerCase(), value: field.slice(equals + 1) };
}

function booleanOf(key: string, value: string | undefined): boolean {
  if (value === undefined) return true;
  const parsed = parseBool(value);
  if (parsed === undefined) throw fail(`invalid value for ${key}: ${value}`);
  return parsed;
}

function numberOf(key: string, value: string, base: 8 | 10): number {
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  const number = digits.test(value) ? Number.parseInt(value, base) : NaN;
  if (!(number < 2 ** 32)) throw fail(`invalid value ${value} for ${key}`);
  return number;
}

function unexpectedForType(key: string, type: MountType): DockerfileError {
  return fail(`unexpected key '${key}' for mount type '${type}'`);
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', message);
}
