import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTar } from '@boxer/fsimage';
import { buildImage, type BuildOptions, type BuildOutput, checkDockerfile } from './index.ts';
import { flattenArchive } from './testing/flatten-archive.ts';

describe('buildImage', () => {
  let work: string;
  let context: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'boxer-build-'));
    context = join(work, 'context');
    mkdirSync(join(context, 'dir'), { recursive: true });
    writeFileSync(join(context, 'a.txt'), 'A\n');
    writeFileSync(join(context, 'dir', 'x.sh'), 'X\n', { mode: 0o755 });
    symlinkSync('a.txt', join(context, 'link'));
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const build = (options: Partial<BuildOptions> & { output?: BuildOutput } = {}) =>
    buildImage({
      contextDirectory: context,
      output: { type: 'oci', dest: join(work, 'image.tar') },
      cacheDirectory: join(work, 'cache'),
      ...options,
    });
  const write = (name: string, text: string) => writeFileSync(join(context, name), text);
  const names = async () => Object.keys((await flattenArchive(join(work, 'image.tar'))).tree);

  describe('finds the Dockerfile', () => {
    it('by its lower-case name', async () => {
      write('dockerfile', 'FROM scratch\nCOPY a.txt /\n');
      await build();
      expect(await names()).toEqual(['a.txt']);
    });

    it('by a path in the context, with the .dockerignore beside it', async () => {
      write('other.Dockerfile', 'FROM scratch\nCOPY . /\n');
      write('other.Dockerfile.dockerignore', '*\n!dir\n');
      write('.dockerignore', 'dir\n');
      await build({ dockerfilePath: 'other.Dockerfile' });
      expect(await names()).toEqual(['dir', 'dir/x.sh']);
    });

    it('in text that is given, with the .dockerignore of the context', async () => {
      write('.dockerignore', 'dir\nlink\n');
      await build({ dockerfileText: 'FROM scratch\nCOPY . /\n' });
      expect(await names()).toEqual(['.dockerignore', 'a.txt']);
    });

    // Oracle: docker build without a Dockerfile.
    it('or says that there is none', async () => {
      await expect(build()).rejects.toThrow(
        /failed to read dockerfile: open .*Dockerfile: no such file or directory/,
      );
      await expect(build({ contextDirectory: join(work, 'nope') })).rejects.toThrow(
        'there is no such directory',
      );
      await expect(build({ contextDirectory: join(context, 'a.txt') })).rejects.toThrow('it is no directory');
    });
  });

  // Oracle: BuildKit takes the only image of a layout, whatever it is for; the result is for the target.
  it('takes the only image of an archive, whatever platform it is for', async () => {
    write('Dockerfile', 'FROM scratch\nCOPY a.txt /base\n');
    const base = join(work, 'base.tar');
    await build({ platform: 'linux/arm64', output: { type: 'oci', dest: base } });
    write('Dockerfile', 'FROM base\nCOPY a.txt /b\n');
    await build({ platform: 'linux/amd64', buildContexts: { base: `oci-archive:${base}` } });
    expect(await names()).toEqual(['base', 'b']);
  });

  describe('takes named contexts', () => {
    it('as the base of a stage', async () => {
      write('Dockerfile', 'FROM files\nCOPY a.txt /b\n');
      await build({ buildContexts: { files: join(context, 'dir') } });
      expect(await names()).toEqual(['x.sh', 'b']);
    });

    it.each([
      ['/no/such/directory', 'there is no such directory'],
      ['ftp://example.com/x', 'sources of the form ftp: are not supported'],
      ['oci-layout:///no/such/layout', '/no/such/layout'],
    ])('or refuses %s', async (source, message) => {
      write('Dockerfile', 'FROM files\n');
      await expect(build({ buildContexts: { files: source } })).rejects.toThrow(message);
    });
  });

  describe('writes', () => {
    beforeEach(() =>
      write('Dockerfile', 'FROM scratch\nCOPY --chown=5:6 dir link /d/\nCOPY . /all/\nWORKDIR /w\n'),
    );

    it('a tar archive of the filesystem', async () => {
      const dest = join(work, 'root.tar');
      await build({ output: { type: 'tar', dest } });
      const entries: string[] = [];
      for await (const { name, type, uid } of readTar(once(readFileSync(dest))))
        entries.push(`${name} ${type} ${uid}`);
      expect(entries).toEqual(
        expect.arrayContaining(['d/x.sh file 5', 'd/link file 5', 'all/link symlink 0', 'w/ directory 0']),
      );
    });

    it('a directory, without following what lies there', async () => {
      const dest = join(work, 'root');
      mkdirSync(dest);
      symlinkSync(context, join(dest, 'd'));
      writeFileSync(join(dest, 'kept'), '');
      await build({ output: { type: 'local', dest } });
      expect(readdirSync(dest).sort()).toEqual(['all', 'd', 'kept', 'w']);
      expect(lstatSync(join(dest, 'd')).isDirectory()).toBe(true);
      expect(statSync(join(dest, 'd', 'x.sh')).mode & 0o777).toBe(0o755);
      expect(readlinkSync(join(dest, 'all', 'link'))).toBe('a.txt');
      expect(statSync(join(dest, 'all', 'a.txt')).mtimeMs).toBeCloseTo(
        statSync(join(context, 'a.txt')).mtimeMs,
        0,
      );
      expect(readdirSync(context).sort()).toEqual(['Dockerfile', 'a.txt', 'dir', 'link']);
    });

    // Oracle: what docker load reads (moby image/tarexport).
    it('an archive for docker load', async () => {
      const dest = join(work, 'docker.tar');
      await build({ output: { type: 'docker', dest } });
      const files = new Map<string, string>();
      for await (const entry of readTar(once(readFileSync(dest)))) {
        const parts: Buffer[] = [];
        for await (const chunk of entry.body()) parts.push(Buffer.from(chunk));
        files.set(entry.name, Buffer.concat(parts).toString());
      }
      const [image] = JSON.parse(files.get('manifest.json') ?? '[]') as {
        Config: string;
        Layers: string[];
      }[];
      expect(image?.Layers).toHaveLength(3);
      expect([...files.keys()]).toEqual(expect.arrayContaining([image?.Config, ...(image?.Layers ?? [])]));
    });

    it('with the times that SOURCE_DATE_EPOCH gives', async () => {
      const epoch = { buildArgs: { SOURCE_DATE_EPOCH: '1000000000' }, noCache: true };
      await build({ ...epoch, cacheDirectory: join(work, 'one') });
      const first = readFileSync(join(work, 'image.tar'));
      await build({ ...epoch, cacheDirectory: join(work, 'two') });
      expect(readFileSync(join(work, 'image.tar')).equals(first)).toBe(true);
    });

    it('nothing when it is interrupted', async () => {
      const stopped = AbortSignal.abort(new Error('stopped'));
      await expect(build({ signal: stopped })).rejects.toThrow('stopped');
      expect(existsSync(join(work, 'image.tar'))).toBe(false);
    });
  });

  it('names a file that cannot be read, with its place', async () => {
    write('Dockerfile', 'FROM scratch\n\nADD http://127.0.0.1:9/x /x\n');
    await expect(build()).rejects.toMatchObject({
      code: 'BUILD_DOWNLOAD',
      place: { range: { start: { line: 3 } } },
    });
  });

  it('checks without building', async () => {
    write('Dockerfile', 'FROM scratch\nMAINTAINER me\nCOPY nope /\n');
    const { warnings } = await checkDockerfile({
      contextDirectory: context,
      output: { type: 'oci', dest: join(work, 'x.tar') },
      cacheDirectory: join(work, 'cache'),
    });
    expect(warnings.map(({ rule }) => rule)).toEqual(['MaintainerDeprecated']);
  });

  // Oracle: BuildKit's lint request, which looks at all stages unless a target is given.
  it('is checked in stages that nobody builds', async () => {
    write('Dockerfile', 'FROM scratch AS unused\nENV a=$nope\nFROM scratch AS used\n');
    const options = {
      contextDirectory: context,
      output: { type: 'oci', dest: join(work, 'x.tar') },
    } as const;
    const rulesOf = async (target?: string) => {
      const { warnings } = await checkDockerfile({ ...options, target, cacheDirectory: join(work, 'cache') });
      return warnings.map(({ rule }) => rule);
    };
    expect(await rulesOf()).toEqual(['UndefinedVar']);
    expect(await rulesOf('used')).toEqual([]);
    await build();
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
