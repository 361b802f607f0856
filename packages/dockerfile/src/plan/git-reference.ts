import { DockerfileError } from '../dockerfile-error.ts';
import { parseBool } from '../gotext/parse-bool.ts';
import { goQuote } from '../gotext/quote.ts';

/** A git repository as named by a source of ADD. Empty text means not given. */
export interface GitReference {
  readonly remote: string;
  /** Last part of the remote, without `.git`. */
  readonly shortName: string;
  readonly ref: string;
  readonly checksum: string;
  readonly subdir: string;
  /** `github.com/…`: in a Dockerfile, this means a local path. */
  readonly looksLocal: boolean;
  /** The transport is not encrypted. */
  readonly unencrypted: boolean;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean | undefined;
  readonly fetchByCommit: boolean | undefined;
  readonly mtime: 'commit' | 'checkout' | undefined;
}

type MutableReference = { -readonly [Key in keyof GitReference]: GitReference[Key] };

const URL_FORM = /^([a-zA-Z0-9]+):\/\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const SCP_FORM = /^([a-zA-Z0-9\-_]+@[a-zA-Z0-9\-.]+:[^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const LOCAL_FORM = /^(github\.com\/[^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const VALUELESS = new Set(['submodules', 'keep-git-dir', 'fetch-by-commit']);

/**
 * Recognises a git repository: `git@host:path`, `ssh://`, `git://`, and `http(s)://` that ends with `.git`.
 *
 * @returns undefined when the source is something else
 * @throws {@link DockerfileError} for contradictory or unknown query parameters
 * @source buildkit, frontend/dockerfile/dfgitutil/git_ref.go
 */
export function parseGitReference(source: string): GitReference | undefined {
  if (source.startsWith('./') || source.startsWith('../')) return undefined;
  const parts = splitRemote(source);
  if (parts === undefined) return undefined;
  const { remote, query, fragment } = parts;
  const colon = fragment.indexOf(':');
  const reference: MutableReference = {
    remote,
    shortName: remote.slice(remote.lastIndexOf('/') + 1).replace(/\.git$/, ''),
    ref: colon === -1 ? fragment : fragment.slice(0, colon),
    subdir: colon === -1 ? '' : fragment.slice(colon + 1),
    checksum: '',
    looksLocal: parts.looksLocal,
    unencrypted: /^(?:http|git):\/\//.test(remote),
    keepGitDir: undefined,
    submodules: undefined,
    fetchByCommit: undefined,
    mtime: undefined,
  };
  applyQuery(reference, query);
  return reference;
}

/** @returns true for a git repository, contradictory parameters or not */
export function isGitReference(source: string): boolean {
  try {
    return parseGitReference(source) !== undefined;
  } catch (error) {
    if (error instanceof DockerfileError) return true;
    throw error;
  }
}

interface RemoteParts {
  readonly remote: string;
  readonly query: string;
  readonly fragment: string;
  readonly looksLocal: boolean;
}

function splitRemote(source: string): RemoteParts | undefined {
  const url = URL_FORM.exec(source);
  if (url !== null) {
    const [, scheme = '', rest = '', query = '', fragment = ''] = url;
    const protocol = scheme.toLowerCase();
    const isHttp = protocol === 'http' || protocol === 'https';
    if (!isHttp && protocol !== 'ssh' && protocol !== 'git') return undefined;
    if (isHttp && !(rest.includes('/') && rest.endsWith('.git'))) return undefined;
    return { remote: `${protocol}://${rest}`, query, fragment, looksLocal: false };
  }
  const local = LOCAL_FORM.exec(source);
  const [, remote, query = '', fragment = ''] = local ?? SCP_FORM.exec(source) ?? [];
  return remote === undefined ? undefined : { remote, query, fragment, looksLocal: local !== null };
}

function applyQuery(reference: MutableReference, query: string): void {
  const parameters = new URLSearchParams(query);
  let tag = '';
  let branch = '';
  for (const name of new Set(parameters.keys())) {
    const value = onlyValue(name, parameters);
    if (name === 'tag') tag = value;
    else if (name === 'branch') branch = value;
    else applyParameter(reference, name, value);
  }
  if (tag !== '') setRef(reference, withPrefix('refs/tags/', tag));
  if (branch !== '') {
    if (tag !== '') throw fail('branch conflicts with tag');
    setRef(reference, withPrefix('refs/heads/', branch));
  }
  const fetchesCommit = reference.fetchByCommit === true;
  if (reference.ref === '' && !fetchesCommit) reference.ref = reference.checksum;
}

function onlyValue(name: string, parameters: URLSearchParams): string {
  const [value = '', ...more] = parameters.getAll(name);
  if (more.length > 0) throw fail(`query ${goQuote(name)} has multiple values`);
  if (value === '' && !VALUELESS.has(name)) throw fail(`query ${goQuote(name)} has no value`);
  return value;
}

function applyParameter(reference: MutableReference, name: string, value: string): void {
  switch (name) {
    case 'ref':
      return setRef(reference, value);
    case 'subdir':
      if (reference.subdir !== '' && reference.subdir !== value)
        throw conflict('subdir', reference.subdir, value);
      reference.subdir = value;
      return;
    case 'checksum':
    case 'commit':
      reference.checksum = value;
      return;
    case 'keep-git-dir':
      reference.keepGitDir = booleanOf(name, value);
      return;
    case 'submodules':
      reference.submodules = booleanOf(name, value);
      return;
    case 'fetch-by-commit':
      reference.fetchByCommit = booleanOf(name, value);
      return;
    case 'mtime':
      if (value !== 'commit' && value !== 'checkout') throw fail(`invalid mtime value: ${goQuote(value)}`);
      reference.mtime = value;
      return;
    default:
      throw fail(`unexpected query ${goQuote(name)}`);
  }
}

function setRef(reference: MutableReference, ref: string): void {
  if (reference.ref !== '' && reference.ref !== ref) throw conflict('ref', reference.ref, ref);
  reference.ref = ref;
}

function booleanOf(name: string, value: string): boolean {
  if (value === '') return true;
  const parsed = parseBool(value);
  if (parsed === undefined) throw fail(`invalid ${name} value: ${goQuote(value)}`);
  return parsed;
}

function withPrefix(prefix: string, ref: string): string {
  return ref.startsWith(prefix) ? ref : prefix + ref;
}

function conflict(what: string, first: string, second: string): DockerfileError {
  return fail(`${what} conflicts: ${goQuote(first)} vs ${goQuote(second)}`);
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', message);
}
