import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeIf } from '@boxer/foundation/testing';
import { buildImage } from './index.ts';
import { type Entry, flattenArchive } from './testing/flatten-archive.ts';

/** Whole builds by the real BuildKit: see its README.md. */
const golden = resolve(dirname(fileURLToPath(import.meta.url)), '../../../../shared/conformance/golden');
const suite = join(golden, 'suite.jsonl');

type FileSpec = string | null | { c?: string; m?: number; l?: string; h?: string; tar?: string; gz?: string };

interface GoldenCase {
  readonly name: string;
  readonly dockerfile: string;
  readonly files: Readonly<Record<string, FileSpec>>;
  readonly args?: Readonly<Record<string, string>>;
  readonly opts?: Readonly<Record<string, string>>;
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, FileSpec>>>>;
  readonly expected: {
    readonly ok: boolean;
    readonly error?: string;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly history?: readonly { created_by?: string }[] | null;
    readonly tree?: Readonly<Record<string, Entry>>;
  };
}

const cases = existsSync(suite)
  ? readFileSync(suite, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as GoldenCase)
      // Cases with a base image or RUN need a box; the archives written by gzip differ by its version.
      .filter(
        ({ dockerfile, files }) =>
          !dockerfile.includes('debian') &&
          !Object.values(files).some((file) => typeof file === 'object' && file?.gz !== undefined),
      )
  : [];

const whyNoCases = existsSync(suite) ? undefined : 'there is no ../shared/conformance/golden';

describeIf(whyNoCases, 'golden builds by BuildKit', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-golden-'));
  let server: Server;
  /** The suite's server has a fixed port, which may be taken here. */
  const withPort = (text: string) => text.replaceAll(':5066/', `:${(server.address() as AddressInfo).port}/`);

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = join(golden, 'www', request.url ?? '/');
      response.end(request.url === '/' ? indexPage() : existsSync(path) ? readFileSync(path) : undefined);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    rmSync(work, { recursive: true, force: true });
  });

  test.each(cases)('$name', async (golden) => {
    const directory = mkdtempSync(join(work, 'case-'));
    const context = join(directory, 'context');
    writeFiles(context, golden.files);
    writeFileSync(join(context, 'Dockerfile'), withPort(golden.dockerfile));
    const buildContexts = Object.entries(golden.contexts ?? {}).map(([name, files]) => {
      writeFiles(join(directory, name), files);
      return [name, join(directory, name)];
    });
    const labels = Object.entries(golden.opts ?? {}).flatMap(([key, value]) =>
      key.startsWith('label:') ? [[key.slice(6), value]] : [],
    );
    const dest = join(directory, 'image.tar');
    const building = buildImage({
      contextDirectory: context,
      output: { type: 'oci', dest },
      platform: 'linux/amd64',
      buildArgs: golden.args,
      labels: Object.fromEntries(labels),
      buildContexts: Object.fromEntries(buildContexts),
      target: golden.opts?.['target'],
      cacheDirectory: join(work, 'cache'),
    });
    const { expected } = golden;
    if (!expected.ok) {
      await expect(building).rejects.toThrow(errorPattern(expected.error ?? ''));
      expect(existsSync(dest)).toBe(false);
      return;
    }
    await building;
    const { config, history, tree } = await flattenArchive(dest);
    expect(withoutEmpty(config)).toEqual(withoutEmpty(expected.config ?? {}));
    expect(history.map(({ created_by }) => created_by)).toEqual(
      (expected.history ?? []).map(({ created_by = '' }) => withPort(created_by)),
    );
    expect(tree).toEqual(
      Object.fromEntries(
        Object.entries(expected.tree ?? {}).map(([path, entry]) => [path, comparable(entry)]),
      ),
    );
  });

  function writeFiles(directory: string, files: Readonly<Record<string, FileSpec>>): void {
    mkdirSync(directory, { recursive: true });
    const later: (() => void)[] = [];
    for (const [name, spec] of Object.entries(files)) {
      const path = join(directory, name);
      mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
      const {
        c = '',
        m,
        l,
        h,
        tar,
      }: Exclude<FileSpec, string | null> = typeof spec === 'string' ? { c: spec } : (spec ?? {});
      if (l !== undefined) symlinkSync(l, path);
      else if (h !== undefined) later.push(() => linkSync(join(directory, h), path));
      else if (tar !== undefined) {
        cpSync(join(golden, 'tars', `t.${tar}`), path);
        chmodSync(path, 0o644);
      } else if (!name.endsWith('/')) writeFileSync(path, c);
      if (m !== undefined) later.push(() => chmodSync(path, m));
    }
    for (const action of later) action();
  }
});

/** The page of Python's server for a directory, of which only the digest is compared. */
function indexPage(): Buffer {
  const entry = cases.find(({ name }) => name === 'add-url-noname')?.expected.tree?.['d/__unnamed__'] as
    { text?: string } | undefined;
  return Buffer.from(entry?.text ?? '');
}

/** BuildKit's text, with its placeholders for what differs from machine to machine. */
function errorPattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replace('<ref>', '\\S+').replace('<root>', ''));
}

function withoutEmpty(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== null && value !== '' && value !== false),
  );
}

function comparable({ type, mode, uid, gid, link, sha256 }: Entry): Entry {
  return {
    type,
    mode: type === 'symlink' ? '777' : mode,
    uid,
    gid,
    ...(link === undefined ? {} : { link }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}
