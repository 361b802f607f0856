/** Whole builds by the real BuildKit, repeated through the public command line. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../run.mjs';
import { readImage } from './image-tree.mjs';

const SUITE = 'golden: whole builds';
const PORT = 5066;
const CASE_TIMEOUT_MS = 300_000;

/**
 * Builds every case, two at a time.
 *
 * @param data directory of the conformance data
 * @param baseOf gives a case's value of `--build-context debian:bookworm=`; undefined: cases that need it are skipped
 * @returns {Promise<{ suite: string, name: string, failure?: string, skipped?: boolean }[]>}
 */
export async function runGolden({ data, baseOf, only = '' }) {
  const golden = join(data, 'golden');
  const cases = fs
    .readFileSync(join(golden, 'suite.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ name }) => name.includes(only));
  const work = fs.mkdtempSync(join(tmpdir(), 'boxer-conformance-'));
  const server = await serve(cases, join(golden, 'www'));
  const results = [];
  try {
    const waiting = [...cases];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        results.push({
          suite: SUITE,
          name: next.name,
          ...(await runCase(next, { golden, work, base: baseOf?.(next.name) })),
        });
        if (results.length % 20 === 0) console.error(`  ${results.length} of ${cases.length} builds`);
      }
    };
    await Promise.all([worker(), worker()]);
  } finally {
    server.closeAllConnections();
    server.close();
    fs.rmSync(work, { recursive: true, force: true });
  }
  return results;
}

async function runCase(golden, { golden: data, work, base }) {
  if (golden.dockerfile.includes('debian:') && base === undefined) return { skipped: true };
  const directory = fs.mkdtempSync(join(work, 'case-'));
  try {
    const dest = join(directory, 'image.tar');
    const args = prepare(golden, { directory, dest, tars: join(data, 'tars'), base });
    const { status, stderr } = await boxer(args, join(work, 'cache'));
    const failure = golden.expected.ok
      ? status === 0
        ? difference(golden, readImage(dest))
        : `does not build: ${lastWords(stderr)}`
      : refusal(golden, { status, stderr, left: fs.existsSync(dest) });
    return failure === undefined ? {} : { failure };
  } catch (error) {
    return { failure: String(error) };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes what the case builds from. @returns the arguments of the build */
function prepare({ dockerfile, files, args, opts, contexts, secrets }, { directory, dest, tars, base }) {
  const context = join(directory, 'context');
  writeFiles(context, files, tars);
  fs.writeFileSync(join(context, 'Dockerfile'), dockerfile);
  // That of the reference, or of the base image.
  const platform = dockerfile.includes('debian:') ? 'linux/arm64' : 'linux/amd64';
  const line = ['build', context, '--output', `type=oci,dest=${dest}`, '--platform', platform];
  line.push('--progress', 'plain');
  for (const [name, value] of Object.entries(args ?? {})) line.push('--build-arg', `${name}=${value}`);
  for (const [name, value] of Object.entries(opts ?? {})) {
    if (name.startsWith('label:')) line.push('--label', `${name.slice('label:'.length)}=${value}`);
    else line.push(`--${name}`, value);
  }
  for (const [name, contents] of Object.entries(contexts ?? {})) {
    writeFiles(join(directory, `context-${name}`), contents, tars);
    line.push('--build-context', `${name}=${join(directory, `context-${name}`)}`);
  }
  for (const [id, secret] of Object.entries(secrets ?? {})) {
    fs.writeFileSync(join(directory, `secret-${id}`), secret);
    line.push('--secret', `id=${id},src=${join(directory, `secret-${id}`)}`);
  }
  if (base !== undefined) line.push('--build-context', `debian:bookworm=${base}`);
  return line;
}

function writeFiles(directory, files, tars) {
  fs.mkdirSync(directory, { recursive: true });
  const last = [];
  for (const [name, spec] of Object.entries(files)) {
    const path = join(directory, name);
    const { c = '', m, u, g, l, h, tar, gz } = typeof spec === 'string' ? { c: spec } : (spec ?? {});
    fs.mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (l !== undefined) fs.symlinkSync(l, path);
    else if (h !== undefined) last.push(() => fs.linkSync(join(directory, h), path));
    else if (tar !== undefined) fs.writeFileSync(path, fs.readFileSync(join(tars, `t.${tar}`)));
    else if (gz !== undefined) fs.writeFileSync(path, gzip(gz));
    else if (!name.endsWith('/')) fs.writeFileSync(path, c);
    if (u !== undefined || g !== undefined) fs.chownSync(path, u ?? 0, g ?? 0);
    if (m !== undefined) last.push(() => fs.chmodSync(path, m));
  }
  for (const action of last) action();
}

/** As the suite's own: no time, and "unknown" for the system. */
function gzip(text) {
  const bytes = gzipSync(text, { level: 9 });
  bytes[9] = 255;
  return bytes;
}

function boxer(args, cache) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'boxer'), ...args], {
      env: { ...process.env, BOXER_CACHE_DIR: cache, SOURCE_DATE_EPOCH: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: CASE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal === null) resolve({ status, stderr });
      else reject(new Error(`ended by ${signal} (limit: ${CASE_TIMEOUT_MS / 1000} s)`));
    });
  });
}

function lastWords(stderr) {
  return (stderr.match(/^error: .*/m)?.[0] ?? stderr.trim().split('\n').at(-1) ?? '').slice(0, 200);
}

/** @returns what is wrong with how a mistake was refused */
function refusal({ expected }, { status, stderr, left }) {
  if (status === 0) return `builds, though BuildKit says: ${expected.error}`;
  if (left) return 'leaves an image behind, though it fails';
  const lines = expected.error.split('\n').map((line) => line.replace('<root>', ''));
  const missing = lines.find((line) => !line.split('<ref>').every((part) => stderr.includes(part)));
  return missing === undefined ? undefined : `says ${lastWords(stderr)} instead of ${missing}`;
}

/** @returns the first difference between the image and the reference's */
function difference({ expected }, { config, history, tree }) {
  const paths = new Set([...Object.keys(expected.tree), ...(expected.partialTree ? [] : Object.keys(tree))]);
  for (const path of [...paths].toSorted()) {
    const want = expected.tree[path];
    const have = tree[path];
    if (want === undefined) return `${path} should not be there`;
    if (have === undefined) return `${path} is missing`;
    for (const key of ['type', 'mode', 'uid', 'gid', 'link', 'sha256']) {
      if (want[key] === undefined || (key === 'mode' && want.type === 'symlink')) continue;
      if (String(want[key]) !== String(have[key]))
        return `${path}: ${key} ${have[key]} instead of ${want[key]}`;
    }
  }
  return configDifference(expected, config) ?? historyDifference(expected, history);
}

function configDifference(expected, config) {
  // Where the base image is part of the result, its config is that of another Debian.
  if (expected.partialTree) return undefined;
  for (const key of new Set([...Object.keys(expected.config), ...Object.keys(config)])) {
    const [want, have] = [expected.config[key], config[key]].map((value) => canonical(value || null));
    if (want !== have) return `config.${key}: ${have} instead of ${want}`;
  }
  return undefined;
}

function historyDifference(expected, history) {
  const want = (expected.history ?? []).map(({ created_by }) => created_by ?? '');
  const have = history.map(({ created_by }) => created_by ?? '');
  // The history of a base image is its own.
  const own = expected.partialTree ? 1 : 0;
  const same = canonical(want.slice(own)) === canonical(have.slice(have.length - want.length + own));
  return same && (own > 0 || have.length === want.length)
    ? undefined
    : `history: ${have.join(' | ')} instead of ${want.join(' | ')}`;
}

function canonical(value) {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The server of the suite; its index page is Python's, of which the suite holds the text. */
async function serve(cases, directory) {
  const index =
    cases.find(({ name }) => name === 'add-url-noname')?.expected.tree['d/__unnamed__']?.text ?? '';
  const server = createServer((request, response) => {
    const path = join(directory, new URL(request.url, 'http://localhost').pathname);
    if (request.url === '/') response.end(index);
    else if (fs.existsSync(path)) response.end(fs.readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise((listening, failed) => {
    server.once('error', failed).listen(PORT, '127.0.0.1', listening);
  });
  return server;
}
