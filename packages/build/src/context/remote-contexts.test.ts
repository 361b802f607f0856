import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { bzip2, tarOf, xz, zstd } from '../testing/archives.ts';
import { gzipSync } from 'node:zlib';
import { buildImage, type BuildOptions, checkDockerfile } from '../index.ts';
import { flattenArchive } from '../testing/flatten-archive.ts';
import { GitServer, TestRepository } from '../testing/git-server.ts';

describe('contexts from elsewhere', () => {
  let work: string;
  let server: Server;
  let base: string;
  const served = new Map<string, Buffer>();

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'boxer-remote-'));
    server = createServer((request, response) => {
      const body = served.get(request.url ?? '');
      if (body === undefined) response.writeHead(404).end();
      else response.setHeader('last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT').end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    rmSync(work, { recursive: true, force: true });
  });

  const dest = () => join(work, 'image.tar');
  const build = async (options: Partial<BuildOptions>) => {
    rmSync(dest(), { force: true });
    await buildImage({
      output: { type: 'oci', dest: dest() },
      cacheDirectory: join(work, 'cache'),
      ...options,
    });
    return (await flattenArchive(dest())).tree;
  };
  const stream = (...chunks: readonly Uint8Array[]): Partial<BuildOptions> => ({
    remoteContext: {
      kind: 'stream',
      chunks: (async function* () {
        yield* chunks;
      })(),
    },
  });
  const url = (text: string): Partial<BuildOptions> => ({ remoteContext: { kind: 'url', url: text } });

  const directory = () => {
    const path = mkdtempSync(join(work, 'context-'));
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'Dockerfile'), 'FROM scratch\nCOPY sub /\n');
    writeFileSync(join(path, 'sub', 'f'), 'content', { mode: 0o640 });
    writeFileSync(join(path, 'sub', 'dockerfile'), 'FROM scratch\nCOPY sub/f /lower\n');
    writeFileSync(join(path, '.dockerignore'), '*\n');
    symlinkSync('sub/dockerfile', join(path, 'link'));
    symlinkSync('/etc/passwd', join(path, 'outside'));
    return path;
  };

  describe('an archive', () => {
    // As `tar c` writes it with --owner: in a context that is an archive, files keep their owners (BuildKit, llb.Copy).
    const archive = () => tarOf(directory(), '--owner=7', '--group=8');

    it.each([
      ['plain', (bytes: Buffer) => bytes],
      ['gzip', (bytes: Buffer) => gzipSync(bytes)],
      ['bzip2', bzip2],
      ['xz', xz],
      ['zstd', zstd],
    ])('%s, on standard input', async (_, compress) => {
      const bytes = compress(archive());
      if (bytes === undefined) return; // The program that makes it is not here.
      const tree = await build(stream(bytes.subarray(0, 3), bytes.subarray(3)));
      // .dockerignore has no meaning here.
      expect(Object.keys(tree)).toEqual(['dockerfile', 'f']);
      expect(tree['f']).toMatchObject({ mode: '640', uid: 7, gid: 8 });
    });

    it('from a server, whatever its name', async () => {
      served.set('/some/name?x=1', gzipSync(archive()));
      expect(Object.keys(await build(url(`${base}/some/name?x=1`)))).toEqual(['dockerfile', 'f']);
    });

    it('with a Dockerfile in it by another path, in lower case, or behind a link', async () => {
      for (const dockerfilePath of ['sub/Dockerfile', './sub/dockerfile', '../link']) {
        expect(Object.keys(await build({ ...stream(archive()), dockerfilePath }))).toEqual(['lower']);
      }
    });

    it('with a Dockerfile from elsewhere', async () => {
      const text = 'FROM scratch\nCOPY sub/f /given\n';
      expect(Object.keys(await build({ ...stream(archive()), dockerfileText: text }))).toEqual(['given']);
      const path = join(work, 'Elsewhere');
      writeFileSync(path, text);
      expect(Object.keys(await build({ ...stream(archive()), dockerfilePath: path }))).toEqual(['given']);
      served.set('/Dockerfile', Buffer.from(text));
      const dockerfilePath = `${base}/Dockerfile`;
      expect(Object.keys(await build({ ...stream(archive()), dockerfilePath }))).toEqual(['given']);
    });

    it('does not lead out of itself', async () => {
      const text = 'FROM scratch\nCOPY outside /\n';
      await expect(build({ ...stream(archive()), dockerfileText: text })).rejects.toMatchObject({
        code: 'BUILD_SOURCE_NOT_FOUND',
      });
      await expect(build({ ...stream(archive()), dockerfilePath: 'outside' })).rejects.toMatchObject({
        code: 'BUILD_INPUT',
        message: 'failed to read dockerfile: open outside: no such file or directory',
      });
    });

    it.each([
      ['cut off', (bytes: Buffer) => bytes.subarray(0, 1500)],
      ['cut off in its compression', (bytes: Buffer) => gzipSync(bytes).subarray(0, 200)],
      ['no archive, though compressed', () => gzipSync('FROM scratch\n'.repeat(100))],
    ])('is refused when it is %s', async (_, damage) => {
      await expect(build(stream(damage(archive())))).rejects.toMatchObject({
        code: 'BUILD_INPUT',
        message: expect.stringContaining('Cannot read the build context from standard input'),
        hint: expect.stringContaining('tar archive'),
      });
      expect(existsSync(dest())).toBe(false);
    });
  });

  describe('a Dockerfile', () => {
    const text = 'FROM scratch\nCOPY <<EOF /f\nx\nEOF\n';

    it('on standard input has an empty context', async () => {
      expect(Object.keys(await build(stream(Buffer.from(text))))).toEqual(['f']);
    });

    // Oracle: docker buildx build, build/opt.go.
    it('on standard input excludes another', async () => {
      await expect(build({ ...stream(Buffer.from(text)), dockerfilePath: 'x' })).rejects.toThrow(
        'ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles',
      );
    });

    // Oracle: BuildKit, frontend/dockerui/context.go: the file is called "context".
    it('from a server is alone in its context', async () => {
      served.set('/D', Buffer.from('FROM scratch\nCOPY . /\n'));
      expect(Object.keys(await build(url(`${base}/D`)))).toEqual(['context']);
    });

    it('may be empty, which is an error with a code', async () => {
      await expect(build(stream())).rejects.toMatchObject({
        code: 'DOCKERFILE_SYNTAX',
        message: 'the Dockerfile cannot be empty',
      });
    });

    it('is given to whoever shows errors', async () => {
      const seen: unknown[] = [];
      const wrong = 'FROM scratch\nRUNN\n';
      const options = { ...stream(Buffer.from(wrong)), onDockerfile: (one: unknown) => seen.push(one) };
      await expect(build(options)).rejects.toMatchObject({ file: 'Dockerfile', line: 2 });
      expect(seen).toEqual([{ file: 'Dockerfile', text: wrong }]);
    });
  });

  it('says so when a server has nothing', async () => {
    await expect(build(url(`${base}/nope`))).rejects.toMatchObject({
      code: 'BUILD_DOWNLOAD',
      message: `Cannot fetch ${base}/nope: invalid response status 404`,
    });
  });

  describe('a named context', () => {
    it('from a server is a file as it is', async () => {
      served.set('/archive', gzipSync(tarOf(directory())));
      const tree = await build({
        contextDirectory: directory(),
        dockerfileText: 'FROM scratch\nCOPY --from=remote / /\n',
        buildContexts: { remote: `${base}/archive` },
      });
      expect(Object.keys(tree)).toEqual(['context']);
    });

    // Oracle: BuildKit, testNamedFilteredContext.
    it('that is a directory has a .dockerignore of its own', async () => {
      const path = directory();
      writeFileSync(join(path, '.dockerignore'), 'sub/d*\n*link\noutside\n.dockerignore\n');
      const tree = await build({
        contextDirectory: directory(),
        dockerfileText: 'FROM scratch\nCOPY --from=named / /\n',
        buildContexts: { named: path },
      });
      expect(Object.keys(tree)).toEqual(['Dockerfile', 'sub', 'sub/f']);
    });
  });

  describeIf(whyNoCommand('git'), 'a git repository', () => {
    let git: GitServer;
    let commit: string;
    beforeAll(async () => {
      git = new GitServer(join(work, 'served'));
      const repository = new TestRepository(join(work, 'served', 'r'));
      for (const [path, text] of [
        ['Dockerfile', 'FROM scratch\nCOPY . /\n'],
        ['.dockerignore', '*\n'],
        ['sub/dockerfile', 'FROM scratch\nARG BUILDKIT_CONTEXT_KEEP_GIT_DIR\nCOPY f /lower\n'],
        ['sub/f', 'content'],
      ] as const) {
        mkdirSync(join(repository.directory, path, '..'), { recursive: true });
        writeFileSync(join(repository.directory, path), text);
      }
      spawnSync('chmod', ['-R', 'go-rwx', repository.directory]);
      commit = repository.commit();
      await git.start();
    });
    afterAll(() => git.stop());

    it.each([
      ['', ['.dockerignore', 'Dockerfile', 'sub', 'sub/dockerfile', 'sub/f']],
      ['#main:sub', ['lower']],
      ['?ref=main&subdir=sub', ['lower']],
    ])('%s', async (suffix, names) => {
      expect(Object.keys(await build(url(git.url('r') + suffix))).sort()).toEqual(names);
    });

    it('at a commit, with a Dockerfile by its path', async () => {
      const tree = await build({
        ...url(`${git.url('r')}#${commit}`),
        dockerfilePath: 'sub/dockerfile',
      }).catch((error: unknown) => error);
      expect(tree).toMatchObject({ code: 'BUILD_SOURCE_NOT_FOUND', file: 'sub/dockerfile', line: 3 });
    });

    // Oracle: BuildKit, BUILDKIT_CONTEXT_KEEP_GIT_DIR in docs/reference/dockerfile.md.
    it('with .git when asked for', async () => {
      const buildArgs = { BUILDKIT_CONTEXT_KEEP_GIT_DIR: '1' };
      const names = Object.keys(await build({ ...url(git.url('r')), buildArgs }));
      expect(names).toEqual(expect.arrayContaining(['.git', '.git/HEAD', 'sub/f']));
    });

    it('as a named context, and for ADD', async () => {
      const tree = await build({
        contextDirectory: directory(),
        dockerfileText: `FROM scratch\nCOPY --from=r f /named\nADD ${git.url('r')}#:sub /added/\n`,
        buildContexts: { r: `${git.url('r')}#main:sub` },
      });
      expect(Object.keys(tree)).toEqual(['named', 'added', 'added/dockerfile', 'added/f']);
      expect(tree['named']).toMatchObject({ mode: '644', uid: 0, gid: 0 });
    });

    it('gives SOURCE_DATE_EPOCH=context the time of its commit', async () => {
      const buildArgs = { SOURCE_DATE_EPOCH: 'context' };
      await build({ ...url(git.url('r')), buildArgs });
      const { status, stdout } = spawnSync('git', ['show', '-s', '--format=%ct', commit], {
        cwd: join(work, 'served', 'r'),
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      const { created } = await flattenArchive(dest());
      expect(Date.parse(created ?? '') / 1000).toBe(Number(stdout));
    });

    it('is checked without building', async () => {
      const options = { output: { type: 'oci', dest: dest() }, cacheDirectory: join(work, 'cache') } as const;
      const { warnings, file } = await checkDockerfile({ ...options, ...url(`${git.url('r')}#:sub`) });
      expect({ warnings, file }).toEqual({ warnings: [], file: 'dockerfile' });
    });

    it('is refused when the address contradicts itself', async () => {
      await expect(build(url(`${git.url('r')}?ref=a#b`))).rejects.toThrow('ref conflicts: "b" vs "a"');
      await expect(build(url(`${git.url('r')}?nope=a`))).rejects.toThrow('unexpected query "nope"');
    });
  });
});
