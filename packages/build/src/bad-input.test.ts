import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { planBuild, resolveBuild } from '@boxer/dockerfile';
import { BoxerError } from '@boxer/foundation';
import { readTar } from '@boxer/fsimage';
import { buildImage } from './index.ts';
import { mutateBytes, mutateJson, randomNumbers } from './testing/mutations.ts';

const ROUNDS = 1000;
/** Archives are mutated in two forms. */
const ARCHIVE_ROUNDS = ROUNDS / 2;
const BUILD_LIMIT_MS = 10_000;
const SEED = 20_261_120;

/** Uses each instruction that needs neither a base image nor a box. */
const DOCKERFILE = `FROM scratch AS one
ARG DIR=/d
COPY --chown=1:2 --chmod=640 a.txt dir/ $DIR/
ADD bundle.tar /t/
FROM scratch
COPY --from=one /d /e
COPY <<EOF /h
text $DIR
EOF
WORKDIR /w/x
ENV A=b C="d e"
USER 5:6
EXPOSE 80/tcp
CMD ["a", "b"]
`;

// No oracle but the rule itself: any input is built, or refused with a BoxerError that says where; what is refused leaves
// nothing, and the same cache still gives the right image afterwards.
describe('bad input on its way through a build', () => {
  let work: string;
  let context: string;
  let bundle: Buffer;
  let dest: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'boxer-bad-input-'));
    context = join(work, 'context');
    dest = join(work, 'out', 'image.tar');
    mkdirSync(join(context, 'dir', 'sub'), { recursive: true });
    mkdirSync(join(work, 'out'));
    writeFileSync(join(context, 'a.txt'), 'A\n');
    writeFileSync(join(context, 'dir', 'sub', 'b.txt'), 'B\n');
    // A tar archive with all that layers have: made by the build itself.
    const plain = join(work, 'bundle.tar');
    await buildImage({
      contextDirectory: context,
      dockerfileText: 'FROM scratch\nCOPY --chown=7:8 . /\n',
      output: { type: 'tar', dest: plain },
      cacheDirectory: join(work, 'cache'),
    });
    bundle = readFileSync(plain);
    writeFileSync(join(context, 'bundle.tar'), bundle);
  });

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const build = (
    dockerfileText: string,
    buildContexts: Readonly<Record<string, string>> = {},
    archive?: Buffer,
  ) =>
    buildImage({
      ...(archive === undefined
        ? { contextDirectory: context }
        : { remoteContext: { kind: 'stream', chunks: once(archive) } }),
      dockerfileText,
      buildContexts,
      buildArgs: { SOURCE_DATE_EPOCH: '1700000000' },
      output: { type: 'oci', dest },
      cacheDirectory: join(work, 'cache'),
    });

  const bytesOf = async (dockerfile: string) => {
    await build(dockerfile);
    const bytes = readFileSync(dest);
    rmSync(dest);
    return bytes;
  };

  /** @returns whether it was built */
  async function buildOrRefuse(place: RegExp, ...args: Parameters<typeof build>): Promise<boolean> {
    const started = performance.now();
    try {
      await build(...args);
      // Whole: an archive with an index.
      const names: string[] = [];
      for await (const { name } of readTar(once(readFileSync(dest)))) names.push(name);
      expect(names).toContain('index.json');
      return true;
    } catch (error) {
      if (!(error instanceof BoxerError)) throw error;
      expect(existsSync(dest)).toBe(false);
      expect(error.code).toMatch(/^[A-Z][A-Z_0-9]+$/);
      if (!hasPlace(error)) expect(error.message).toMatch(place);
      return false;
    } finally {
      rmSync(dest, { force: true });
      expect(readdirSync(join(work, 'out'))).toEqual([]);
      expect(readdirSync(join(work, 'cache', 'builds'))).toEqual([]);
      expect(performance.now() - started).toBeLessThan(BUILD_LIMIT_MS);
    }
  }

  /** Runs an action with the number of each round, and says which failed. */
  async function rounds(action: (random: () => number, round: number) => Promise<boolean>): Promise<void> {
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      try {
        if (!(await action(randomNumbers(SEED + round), round))) refused++;
      } catch (error) {
        throw new Error(`seed ${SEED + round}`, { cause: error });
      }
    }
    // The mutations do hit something.
    expect(refused).toBeGreaterThan(ROUNDS / 20);
  }

  it('as 1,000 mutated Dockerfiles', async () => {
    const before = await bytesOf(DOCKERFILE);
    await rounds(async (random) => {
      let mutant = mutateBytes(Buffer.from(DOCKERFILE), random).toString();
      // Names of images would be looked for in a registry, and RUN needs a box: those have tests of their own.
      while (await needsMore(mutant)) mutant = mutateBytes(Buffer.from(DOCKERFILE), random).toString();
      // Whatever is wrong with a Dockerfile has a line.
      return buildOrRefuse(/(?!)/, mutant);
    });
    expect((await bytesOf(DOCKERFILE)).equals(before)).toBe(true);
  }, 300_000);

  it.each([
    ['plain', (bytes: Buffer, random: () => number) => mutateBytes(bytes, random)],
    ['compressed', (bytes: Buffer, random: () => number) => mutateBytes(gzipSync(bytes), random)],
  ])(
    'as 500 mutated tar archives, %s',
    async (_, mutant) => {
      const dockerfile = 'FROM scratch\nADD bundle.tar /x/\n';
      writeFileSync(join(context, 'bundle.tar'), bundle);
      const before = await bytesOf(dockerfile);
      // What does not begin as an archive is copied; only damage further in is refused.
      let built = 0;
      for (let round = 0; round < ARCHIVE_ROUNDS; round++) {
        writeFileSync(join(context, 'bundle.tar'), mutant(bundle, randomNumbers(SEED + round)));
        try {
          if (await buildOrRefuse(/bundle\.tar/, dockerfile)) built++;
        } catch (error) {
          throw new Error(`seed ${SEED + round}`, { cause: error });
        }
      }
      expect(built).toBeLessThan(ARCHIVE_ROUNDS);
      writeFileSync(join(context, 'bundle.tar'), bundle);
      expect((await bytesOf(dockerfile)).equals(before)).toBe(true);
    },
    300_000,
  );

  it('as 1,000 mutated archives on standard input', async () => {
    const dockerfile = 'FROM scratch\nCOPY . /x/\n';
    const forms = [bundle, gzipSync(bundle)];
    await rounds(async (random, round) => {
      const mutant = mutateBytes(forms[round % forms.length] ?? bundle, random);
      // What does not begin as an archive is a Dockerfile, and the one that is given comes before it.
      return buildOrRefuse(/standard input/, dockerfile, {}, mutant);
    });
  }, 300_000);

  it('as 1,000 mutated indexes, manifests and configs', async () => {
    const dockerfile = 'FROM base\nCOPY a.txt /new/\n';
    const whole = join(work, 'layout-whole');
    const documents = writeLayout(whole, bundle, (document) => document);
    await build(dockerfile, { base: `oci-layout://${whole}` });
    const before = readFileSync(dest);
    rmSync(dest);
    await rounds(async (random, round) => {
      const layout = join(work, 'layout');
      const hit = Math.floor(random() * documents);
      writeLayout(layout, bundle, (document, index) =>
        index === hit ? mutateJson(document, random) : document,
      );
      if (round % 4 === 0) {
        const index = join(layout, 'index.json');
        writeFileSync(index, mutateBytes(readFileSync(index), random));
      }
      try {
        return await buildOrRefuse(/base|layout|manifest|config|sha256:/, dockerfile, {
          base: `oci-layout://${layout}`,
        });
      } finally {
        rmSync(layout, { recursive: true });
      }
    });
    await build(dockerfile, { base: `oci-layout://${whole}` });
    expect(readFileSync(dest).equals(before)).toBe(true);
    rmSync(dest);
  }, 300_000);
});

function hasPlace(error: BoxerError): boolean {
  return 'line' in error && typeof error.line === 'number' && error.line > 0;
}

async function needsMore(text: string): Promise<boolean> {
  try {
    const plan = await resolveBuild(planBuild(text), () => Promise.reject(new RangeError('a base image')));
    const remote = JSON.stringify([plan.fileSources, plan.stages.map(({ steps }) => steps)]);
    return /"kind":"(?:image|run|http|git)"/.test(remote);
  } catch (error) {
    return error instanceof RangeError;
  }
}

/** Writes an image of one layer; `change` sees config, manifest and index before their digests are taken. */
function writeLayout(
  directory: string,
  layer: Buffer,
  change: (document: unknown, index: number) => unknown,
): number {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  let documents = 0;
  const text = (document: unknown) => Buffer.from(JSON.stringify(change(document, documents++)));
  const type = 'application/vnd.oci.image';
  const platform = { architecture: 'arm64', os: 'linux' };
  const stored = put(layer);
  const config = put(
    text({
      ...platform,
      config: { Env: ['PATH=/bin'], Cmd: ['a'], WorkingDir: '/', Labels: { a: 'b' } },
      rootfs: { type: 'layers', diff_ids: [stored.digest] },
      history: [{ created_by: 'x', created: '2026-01-01T00:00:00Z' }],
    }),
  );
  const manifest = put(
    text({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, ...config },
      layers: [{ mediaType: `${type}.layer.v1.tar`, ...stored }],
    }),
  );
  const manifests = [{ mediaType: `${type}.manifest.v1+json`, ...manifest, platform }];
  writeFileSync(
    join(directory, 'index.json'),
    text({ schemaVersion: 2, mediaType: `${type}.index.v1+json`, manifests }),
  );
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return documents;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
