import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseGitContext } from '@boxer/dockerfile';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { readContent, Spool } from '@boxer/fsimage';
import { Secrets } from '../run/secrets.ts';
import { SshAgents } from '../run/ssh-agents.ts';
import { GitServer, TestRepository } from '../testing/git-server.ts';
import { GitRepositories } from './git-repositories.ts';

describeIf(whyNoCommand('git'), 'GitRepositories', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-git-'));
  const temporaryDirectory = join(work, 'tmp');
  const server = new GitServer(join(work, 'served'));
  const commits: string[] = [];
  let annotated = '';
  let spool: Spool;

  beforeAll(async () => {
    spool = await Spool.create();
    const repository = new TestRepository(join(work, 'served', 'main'));
    mkdirSync(join(repository.directory, 'sub', 'inner'), { recursive: true });
    writeFileSync(join(repository.directory, 'run.sh'), '#!/bin/sh\n', { mode: 0o700 });
    symlinkSync('/etc', join(repository.directory, 'outside'));
    symlinkSync('sub', join(repository.directory, 'inside'));
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(join(repository.directory, 'sub', 'inner', 'f'), text, { mode: 0o600 });
      commits.push(repository.commit(text));
      if (text === 'one') repository.git('tag', 'both');
      if (text === 'two') repository.git('tag', '-m', 'annotated', 'v2');
    }
    annotated = repository.git('rev-parse', 'v2');
    repository.git('branch', 'both', 'HEAD');
    repository.git('branch', 'release/1', commits[0] ?? '');
    const outer = new TestRepository(join(work, 'served', 'outer'));
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '../main', 'module');
    outer.git('config', '-f', '.gitmodules', 'submodule.module.url', '../../main/.git');
    outer.commit();
    const hostile = new TestRepository(join(work, 'served', 'hostile'));
    hostile.git('submodule', '--quiet', 'add', join(work, 'served', 'main'), 'module');
    hostile.git('config', '-f', '.gitmodules', 'submodule.module.url', join(work, 'served', 'main'));
    hostile.commit();
    await server.start();
  });
  afterEach(() => {
    server.authorization = undefined;
    // Whatever happens, no checkout is left behind.
    expect(existsSync(temporaryDirectory) ? readdirSync(temporaryDirectory) : []).toEqual([]);
  });
  afterAll(async () => {
    await server.stop();
    await spool.close();
    rmSync(work, { recursive: true, force: true });
  });

  const open = (suffix: string, secrets: Record<string, { file: string }> = {}, repository = 'main') => {
    const source = parseGitContext(server.url(repository) + suffix, false);
    if (source === undefined) throw new Error('no git reference');
    const agents = new SshAgents({});
    const options = { temporaryDirectory, secrets: new Secrets(secrets), agents, signal: undefined };
    return new GitRepositories(options).open(source, spool);
  };
  const modesOf = (tree: Awaited<ReturnType<typeof open>>['tree']) =>
    Object.fromEntries(
      Array.from(tree.walk())
        .filter(({ path }) => !/^(?:\/|\/\.git\/.*)$/.test(path))
        .map(({ path, inode }) => [path, inode.permissions.toString(8)]),
    );
  const textOf = async (tree: Awaited<ReturnType<typeof open>>['tree'], path: string) => {
    const inode = tree.lookup(path)?.inode;
    return inode?.kind === 'file' ? Buffer.from(await readContent(inode.content)).toString() : undefined;
  };

  // Oracle: git rev-parse of the repository; BuildKit takes a branch before a tag of the same name.
  it.each([
    ['', 2],
    ['#main', 2],
    ['#v2', 1],
    ['#refs/tags/v2', 1],
    ['#both', 2],
    ['#refs/tags/both', 0],
    ['#release/1', 0],
    ['?branch=release/1', 0],
    ['?tag=v2', 1],
    ['?ref=heads/main', 2],
  ])('finds %s', async (suffix, index) => {
    const { commit, tree } = await open(suffix);
    expect(commit).toBe(commits[index]);
    expect(await textOf(tree, '/sub/inner/f')).toBe(['one', 'two', 'three'][index]);
  });

  it('finds commits that are no tip of a branch, by the beginning of their names too', async () => {
    for (const name of [commits[0], commits[0]?.slice(0, 10)]) {
      expect((await open(`#${name}`)).commit).toBe(commits[0]);
    }
    expect((await open(`?checksum=${commits[1]}&fetch-by-commit=1`)).commit).toBe(commits[1]);
  });

  // Oracle: git checkout under umask 0022.
  it('gives modes that do not depend on this process, owned by root', async () => {
    const mask = process.umask(0o077);
    const { tree } = await open('').finally(() => process.umask(mask));
    expect(modesOf(tree)).toEqual({
      '/inside': '777',
      '/outside': '777',
      '/run.sh': '755',
      '/sub': '755',
      '/sub/inner': '755',
      '/sub/inner/f': '644',
    });
  });

  it('gives a subdirectory', async () => {
    for (const suffix of ['#:sub/inner', '#main:/sub/../sub/inner/', '?subdir=sub/inner']) {
      expect(modesOf((await open(suffix)).tree)).toEqual({ '/f': '644' });
    }
  });

  it('keeps .git when asked to, without credentials', async () => {
    const withLogin = server.url('main').replace('//', '//user:hunter2@');
    const source = parseGitContext(withLogin, true);
    if (source === undefined) throw new Error('no git reference');
    const agents = new SshAgents({});
    const options = { temporaryDirectory, secrets: new Secrets({}), agents, signal: undefined };
    const { tree } = await new GitRepositories(options).open(source, spool);
    const files = Array.from(tree.walk()).flatMap(({ path, inode }) => (inode.kind === 'file' ? [path] : []));
    expect(files).toContain('/.git/HEAD');
    for (const path of files) expect(await textOf(tree, path)).not.toContain('hunter2');
    expect(await textOf(tree, '/.git/config')).toContain(`http://xxxxx:xxxxx@${server.host}/main/.git`);
  });

  it('fetches submodules, unless told not to', async () => {
    expect(await textOf((await open('', {}, 'outer')).tree, '/module/sub/inner/f')).toBe('three');
    expect(Object.keys(modesOf((await open('?submodules=0', {}, 'outer')).tree))).not.toContain(
      '/module/sub',
    );
  });

  it('takes times from the commit when asked to', async () => {
    const { tree, committedAt } = await open('?mtime=commit');
    expect(committedAt).toBeGreaterThan(1_600_000_000);
    expect(tree.lookup('/run.sh')?.inode.mtime).toEqual({ seconds: committedAt, nanoseconds: 0 });
  });

  it.each([
    ['a branch that is not there', '#nope', 'repository does not contain ref nope, output: ""'],
    ['a directory that is not there', '#:nope', 'failed to open subdir nope: no such directory'],
    ['a file as a directory', '#:run.sh', 'failed to open subdir run.sh: not a directory'],
    ['a link out of the repository', '#:outside', 'failed to open subdir outside: not a directory'],
    ['a link in the repository', '#:inside/inner', 'failed to open subdir inside/inner: not a directory'],
    ['a checksum that is none', '?checksum=foobar', 'invalid checksum foobar, expected hex commit hash'],
  ])('refuses %s', async (_, suffix, message) => {
    await expect(open(suffix)).rejects.toMatchObject({
      code: 'BUILD_GIT',
      message: expect.stringContaining(message),
    });
  });

  // Oracle: BuildKit, testAddGitChecksumCache and source/git/source.go.
  it('verifies checksums, of the commit or the tag', async () => {
    for (const checksum of [annotated, commits[1], commits[1]?.slice(0, 8).toUpperCase()]) {
      expect((await open(`?tag=v2&checksum=${checksum}`)).commit).toBe(commits[1]);
    }
    await expect(open(`?tag=v2&checksum=${commits[0]}`)).rejects.toMatchObject({
      code: 'BUILD_CHECKSUM',
      message: expect.stringContaining(
        `expected checksum to match ${commits[0]}, got ${annotated} or ${commits[1]}`,
      ),
    });
  });

  it('refuses submodules that are files of this machine', async () => {
    await expect(open('', {}, 'hostile')).rejects.toThrow(/git submodule: .*transport 'file' not allowed/);
  });

  it('takes neither configuration nor hooks from this machine', async () => {
    const home = join(work, 'home');
    mkdirSync(join(home, 'hooks'), { recursive: true });
    const mark = join(home, 'ran');
    writeFileSync(join(home, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    const rewritten = pathToFileURL(join(work, 'served', 'hostile')).href;
    writeFileSync(
      join(home, '.gitconfig'),
      `[core]\n\thooksPath = ${join(home, 'hooks')}\n[url "${rewritten}"]\n\tinsteadOf = ${server.url('main')}\n`,
    );
    const before = { ...process.env };
    Object.assign(process.env, { HOME: home, GIT_DIR: join(work, 'nowhere'), GIT_TEMPLATE_DIR: home });
    const { commit } = await open('').finally(() => {
      process.env = before;
    });
    expect(commit).toBe(commits[2]);
    expect(existsSync(mark)).toBe(false);
  });

  // Oracle: BuildKit's secrets GIT_AUTH_TOKEN and GIT_AUTH_HEADER, and the same for one host.
  it('logs in with the secrets of these names', async () => {
    server.authorization = `basic ${Buffer.from('x-access-token:hunter2').toString('base64')}`;
    await expect(open('')).rejects.toMatchObject({
      code: 'BUILD_GIT',
      hint: expect.stringContaining('GIT_AUTH_TOKEN'),
    });
    const token = { file: join(work, 'token') };
    const wrong = { file: join(work, 'wrong') };
    const header = { file: join(work, 'header') };
    writeFileSync(token.file, 'hunter2');
    writeFileSync(wrong.file, 'wrong');
    writeFileSync(header.file, server.authorization);
    expect((await open('', { GIT_AUTH_TOKEN: token })).commit).toBe(commits[2]);
    const host = { [`GIT_AUTH_HEADER.${server.host}`]: header, GIT_AUTH_TOKEN: wrong };
    expect((await open('', host)).commit).toBe(commits[2]);
    await expect(open('', { GIT_AUTH_TOKEN: wrong })).rejects.toThrow(/^(?!.*wrong)/);
  });
});
