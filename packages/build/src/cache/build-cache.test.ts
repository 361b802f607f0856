import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildEvent, buildImage, type BuildOptions, listCache, pruneCache } from '../index.ts';
import { FakeBox } from '../testing/fake-box.ts';
import { flattenArchive } from '../testing/flatten-archive.ts';

/**
 * What of a build is executed again. Expectations are BuildKit's: BEHAVIOURS.md C12, F and H15, and
 * docs.docker.com/build/cache/invalidation.
 */
describe('the build cache', () => {
  let work: string;
  let context: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'boxer-cache-'));
    context = join(work, 'context');
    mkdirSync(join(context, 'dir'), { recursive: true });
    writeFileSync(join(context, 'a.txt'), 'A\n');
    writeFileSync(join(context, 'b.txt'), 'B\n');
    writeFileSync(join(context, 'dir', 'x'), 'X\n');
    // Older than what may still change without its times telling.
    for (const name of ['a.txt', 'b.txt', 'dir/x']) utimesSync(join(context, name), 1e9, 1e9);
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  /** @returns the titles of the steps that were executed, without their numbers */
  async function executed(dockerfile: string, options: Partial<BuildOptions> = {}): Promise<string[]> {
    writeFileSync(join(context, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    const box = new FakeBox(({ argv }) => ({
      changes: (made) => void made.file('made', argv.at(-1) ?? ''),
    }));
    const events: BuildEvent[] = [];
    await buildImage(
      {
        contextDirectory: context,
        output: { type: 'oci', dest: join(work, 'image.tar') },
        cacheDirectory: join(work, 'cache'),
        onEvent: (event) => events.push(event),
        ...options,
      },
      { box },
    );
    const done = new Set(events.flatMap((event) => (event.type === 'done' ? [event.job] : [])));
    return events
      .flatMap((event) => (event.type === 'started' && done.has(event.job) ? [event.title] : []))
      .flatMap((title) => /^\[(?:\S+ )?\d+\/\d+\] (?!FROM)(.*)$/.exec(title)?.[1] ?? [])
      .sort();
  }

  const dockerfile = 'FROM scratch\nCOPY a.txt /\nARG V=1\nENV E=1\nCOPY dir /dir/\nRUN make\nCOPY b.txt /\n';
  const edit = (from: string, to: string) => () => ({
    dockerfile: dockerfile.replace(from, to),
    options: {},
  });

  it.each<[string, () => { dockerfile?: string; options?: Partial<BuildOptions> } | void, string[]]>([
    ['nothing', () => undefined, []],
    [
      'the time of a file',
      () => {
        for (const name of ['a.txt', 'dir/x']) utimesSync(join(context, name), 1.1e9, 1.1e9);
      },
      [],
    ],
    [
      'a file nobody copies',
      () => {
        writeFileSync(join(context, 'other'), '');
      },
      [],
    ],
    ['a label and the command', edit('COPY b', 'LABEL l=1\nCMD ["x"]\nCOPY b'), []],
    // The files that COPY makes do not depend on variables; what RUN does may.
    ['a variable', edit('E=1', 'E=2'), ['COPY b.txt /', 'RUN make']],
    ['an argument', () => ({ options: { buildArgs: { V: '2' } } }), ['COPY b.txt /', 'RUN make']],
    ['a proxy', () => ({ options: { buildArgs: { HTTP_PROXY: 'http://localhost:1' } } }), []],
    [
      'the last file',
      () => {
        writeFileSync(join(context, 'b.txt'), 'C\n');
      },
      ['COPY b.txt /'],
    ],
    [
      'the first file',
      () => {
        writeFileSync(join(context, 'a.txt'), 'C\n');
      },
      ['COPY a.txt /', 'COPY b.txt /', 'COPY dir /dir/', 'RUN make'],
    ],
    [
      'a mode',
      () => {
        chmodSync(join(context, 'dir', 'x'), 0o700);
      },
      ['COPY b.txt /', 'COPY dir /dir/', 'RUN make'],
    ],
    [
      'the name of a file in a directory',
      () => {
        writeFileSync(join(context, 'dir', 'y'), '');
      },
      ['COPY b.txt /', 'COPY dir /dir/', 'RUN make'],
    ],
    ['a command', edit('RUN make', 'RUN test'), ['COPY b.txt /', 'RUN test']],
    ['a destination', edit('COPY b.txt /', 'COPY b.txt /c'), ['COPY b.txt /c']],
    ['a flag', edit('COPY b.txt /', 'COPY --chmod=600 b.txt /'), ['COPY --chmod=600 b.txt /']],
  ])('after a change of %s executes only what depends on it', async (_, change, expected) => {
    expect(await executed(dockerfile)).toHaveLength(4);
    const changed = change() ?? {};
    expect(await executed(changed.dockerfile ?? dockerfile, changed.options)).toEqual(expected);
    // And the result is that of a build without a cache.
    const { tree } = await flattenArchive(join(work, 'image.tar'));
    await executed(changed.dockerfile ?? dockerfile, {
      ...changed.options,
      cacheDirectory: join(work, 'clean'),
    });
    expect(tree).toEqual((await flattenArchive(join(work, 'image.tar'))).tree);
  });

  const stages =
    'FROM scratch AS one\nCOPY a.txt b.txt /\nFROM scratch AS two\nCOPY dir /\nFROM scratch\nCOPY --from=one b.txt /b\nCOPY --from=two / /two/\n';

  it('looks at the files that are copied from a stage, not at how the stage came about', async () => {
    expect(await executed(stages)).toHaveLength(4);
    expect(await executed(stages)).toEqual([]);
    writeFileSync(join(context, 'a.txt'), 'other\n');
    expect(await executed(stages)).toEqual(['COPY a.txt b.txt /']);
    writeFileSync(join(context, 'dir', 'x'), 'other\n');
    expect(await executed(stages)).toEqual(['COPY --from=two / /two/', 'COPY dir /']);
  });

  it('is not asked for stages that are named, and for none at all', async () => {
    await executed(stages);
    expect(await executed(stages, { noCacheFilter: ['TWO', 'absent'] })).toEqual(['COPY dir /']);
    expect(await executed(stages, { noCache: true })).toHaveLength(4);
    expect(await executed(stages)).toEqual([]);
  });

  it('sees a file that changed without its size and time, and one that only looks changed', async () => {
    await executed(dockerfile);
    writeFileSync(join(context, 'b.txt'), 'C\n');
    utimesSync(join(context, 'b.txt'), 1e9, 1e9);
    expect(await executed(dockerfile)).toEqual(['COPY b.txt /']);
    rmSync(join(context, 'b.txt'));
    writeFileSync(join(context, 'b.txt'), 'C\n');
    expect(await executed(dockerfile)).toEqual([]);
  });

  it('executes again what was removed or damaged', async () => {
    await executed(dockerfile);
    const first = readFileSync(join(work, 'image.tar'));
    const layers = join(work, 'cache', 'layers');
    expect(readdirSync(layers)).toHaveLength(4);
    for (const [index, name] of readdirSync(layers).entries()) {
      if (index < 2) rmSync(join(layers, name));
      else truncateSync(join(layers, name), 100);
    }
    expect(await executed(dockerfile)).toHaveLength(4);
    expect((await flattenArchive(join(work, 'image.tar'))).tree).toEqual(
      (writeFileSync(join(work, 'first.tar'), first), await flattenArchive(join(work, 'first.tar'))).tree,
    );
  });

  it('does not touch a component that is there, and writes one that was changed', async () => {
    const dest = join(work, 'image.wasm');
    const output = { output: { type: 'component', dest } } as const;
    await executed(dockerfile, output);
    const before = statSync(dest, { bigint: true });
    const bytes = readFileSync(dest);
    await executed(dockerfile, output);
    expect(statSync(dest, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
    const spoilt = Buffer.from(bytes);
    spoilt[spoilt.length - 1] = 0;
    writeFileSync(dest, spoilt);
    await executed(dockerfile, output);
    expect(readFileSync(dest).equals(bytes)).toBe(true);
    rmSync(dest);
    await executed(dockerfile, output);
    expect(readFileSync(dest).equals(bytes)).toBe(true);
  });

  it('knows compiled and translated code, and loses a folder of the latter with its last file', async () => {
    const cache = join(work, 'cache');
    const packs = join(cache, 'code', 'packs', 'of-a-version');
    mkdirSync(packs, { recursive: true });
    const [one, other] = ['1', '2'].map((digit) => digit.repeat(64));
    writeFileSync(join(cache, 'code', String(one)), 'machine code');
    writeFileSync(join(packs, `${other}.wasm`), 'pack');
    writeFileSync(join(packs, 'index'), 'names the pack');
    const entries = await listCache(cache);
    expect(entries.map(({ type, id, sizeBytes }) => [type, id, sizeBytes])).toEqual([
      ['code', one, 12],
      ['code', other, 4],
    ]);
    expect((await pruneCache(cache, { types: ['code'] })).freedBytes).toBe(16);
    expect(readdirSync(join(cache, 'code', 'packs'))).toEqual([]);
  });

  describe('that is pruned', () => {
    const layerFiles = () => readdirSync(join(work, 'cache', 'layers')).sort();

    it('lists what made its layers, and loses all of them', async () => {
      await executed(dockerfile);
      const entries = await listCache(join(work, 'cache'));
      expect(entries.filter(({ type }) => type === 'layer').map(({ description }) => description)).toEqual(
        expect.arrayContaining([expect.stringContaining('COPY a.txt /'), expect.stringContaining('make')]),
      );
      // Oracle: the sizes that du gives.
      const du = execFileSync('du', ['-b', ...entries.map(({ path }) => path)], { encoding: 'utf8' });
      expect(entries.map(({ sizeBytes }) => sizeBytes)).toEqual(
        du
          .trim()
          .split('\n')
          .map((line) => Number(line.split('\t')[0])),
      );
      await pruneCache(join(work, 'cache'));
      expect(layerFiles()).toEqual([]);
      expect(await executed(dockerfile)).toHaveLength(4);
    });

    it('keeps what was used last, within a size and since a time', async () => {
      await executed(dockerfile);
      const [first, second, third, fourth] = layerFiles().map((name) => join(work, 'cache', 'layers', name));
      for (const [index, path] of [fourth, third, second, first].entries())
        utimesSync(path ?? '', 1e9 + index, 1e9 + index);
      const keepBytes = statSync(first ?? '').size + statSync(second ?? '').size;
      await pruneCache(join(work, 'cache'), { keepBytes });
      expect([first, second, third, fourth].map((path) => existsSync(path ?? ''))).toEqual([
        true,
        true,
        false,
        false,
      ]);
      await pruneCache(join(work, 'cache'), { untilMs: (1e9 + 3) * 1000 });
      expect([first, second].map((path) => existsSync(path ?? ''))).toEqual([true, false]);
    });

    it('keeps what a build under way has used', async () => {
      await executed(dockerfile);
      const builds = join(work, 'cache', 'builds');
      const own = join(builds, `build-${process.pid}-${Date.now() - 60_000}-x`);
      mkdirSync(own);
      expect((await pruneCache(join(work, 'cache'))).removed).toEqual([]);
      const [old] = layerFiles();
      utimesSync(join(work, 'cache', 'layers', old ?? ''), 1e9, 1e9);
      expect((await pruneCache(join(work, 'cache'))).removed).toHaveLength(1);
      rmSync(own, { recursive: true });
      expect((await pruneCache(join(work, 'cache'))).removed).toHaveLength(3);
    });

    it('is held below a bound by builds, and sheds what killed ones left', async () => {
      await executed(dockerfile);
      for (const name of layerFiles()) utimesSync(join(work, 'cache', 'layers', name), 1e9, 1e9);
      const left = join(work, 'cache', 'layers', '.layer.0123.tmp');
      writeFileSync(left, 'half');
      utimesSync(left, 1e9, 1e9);
      await executed('FROM scratch\nCOPY b.txt /only\n', { cacheMaxBytes: 1 });
      expect(layerFiles()).toHaveLength(1);
      expect(existsSync(left)).toBe(false);
    });
  });
});
