import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InodeId } from '@boxer/fsimage';
import { type BuildEvent, buildImage, type BuildOptions } from '../index.ts';
import type { BoxRequest } from './box-port.ts';
import { FakeBox, type FakeRun } from '../testing/fake-box.ts';
import { flattenArchive } from '../testing/flatten-archive.ts';

/**
 * RUN with a box that only pretends: what the command sees, and what becomes of what it did.
 * Expectations: BEHAVIOURS.md H1 to H15, which are BuildKit's.
 */
describe('RUN', () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'boxer-run-'));
    mkdirSync(join(work, 'context', 'dir'), { recursive: true });
    writeFileSync(join(work, 'context', 'a.txt'), 'A\n');
    writeFileSync(join(work, 'context', 'dir', 'x'), 'X\n');
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  async function build(
    dockerfile: string,
    answer: (request: BoxRequest) => FakeRun,
    options: Partial<BuildOptions> = {},
  ) {
    writeFileSync(join(work, 'context', 'Dockerfile'), dockerfile);
    const box = new FakeBox(answer);
    const events: BuildEvent[] = [];
    const dest = join(work, 'image.tar');
    await buildImage(
      {
        contextDirectory: join(work, 'context'),
        output: { type: 'oci', dest },
        cacheDirectory: join(work, 'cache'),
        onEvent: (event) => events.push(event),
        ...options,
      },
      { box },
    );
    const { tree } = await flattenArchive(dest);
    return { tree, requests: box.requests, events };
  }

  it('starts the command as the Dockerfile says, and stores what it changed', async () => {
    const dockerfile =
      'FROM scratch\nARG V=1\nENV A=b\nUSER 7:8\nWORKDIR /w\nRUN echo $A\nRUN ["/x", "y z"]\n';
    const { tree, requests } = await build(
      dockerfile,
      () => ({ changes: (made) => made.file('w/out', 'O') }),
      {
        buildArgs: { HTTP_PROXY: 'http://p' },
      },
    );
    const [shell, exec] = requests;
    expect(shell).toMatchObject({
      argv: ['/bin/sh', '-c', 'echo $A'],
      cwd: '/w',
      user: '7:8',
      hostname: 'buildkitsandbox',
    });
    expect(shell?.env).toEqual(
      expect.arrayContaining([
        'A=b',
        'V=1',
        'HOME=/',
        'HTTP_PROXY=http://p',
        'http_proxy=http://p',
        expect.stringMatching(/^PATH=/),
      ]),
    );
    expect(exec?.argv).toEqual(['/x', 'y z']);
    expect(Object.keys(tree)).toEqual(['w', 'w/out']);
  });

  it('hides what belongs to the run: hosts, resolv.conf, mounts and the directories made for them', async () => {
    const dockerfile =
      'FROM scratch\nCOPY dir /covered/\n' +
      'RUN --mount=target=/covered,source=dir --mount=type=tmpfs,target=/t/u --mount=type=secret,id=s --mount=source=a.txt,target=/m/n/a.txt,rw true\n';
    const seen: string[] = [];
    const { tree } = await build(
      dockerfile,
      ({ tree: root, tmpfs }) => {
        seen.push(...[...root.walk()].map(({ path }) => path), ...tmpfs.map(({ path }) => `tmpfs ${path}`));
        return {
          changes: (made) =>
            made
              .file('covered/new', 'N')
              .file('m/n/a.txt', 'changed')
              .file('etc/hosts', 'h')
              .file('kept', 'K'),
        };
      },
      { secrets: { s: { file: join(work, 'context', 'a.txt') } } },
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        '/etc/hosts',
        '/etc/resolv.conf',
        '/covered/x',
        '/run/secrets/s',
        '/m/n/a.txt',
        'tmpfs /t/u',
      ]),
    );
    expect(Object.keys(tree)).toEqual(['covered', 'covered/x', 'kept']);
  });

  it('lets nobody write into a bind mount that is not rw, where it really lies', async () => {
    const dockerfile =
      'FROM scratch\nCOPY links /\nRUN --mount=target=/way,source=dir --mount=target=/rw,source=dir,rw true\n';
    mkdirSync(join(work, 'context', 'links'));
    symlinkSync('/real', join(work, 'context', 'links', 'way'));
    const { requests } = await build(dockerfile, () => ({}));
    expect(requests[0]?.readonlyPaths).toEqual(['/real']);
  });

  // Oracle: BuildKit, golden build run-exec-nonexistent; user.GetExecUser of moby/sys for the texts about users.
  it('says why a command cannot be started', async () => {
    const passwd = 'FROM scratch\nCOPY <<E /etc/passwd\njoe:x:5:6::/:/bin/sh\nE\n';
    const failing = (text: string) => build(passwd + text, () => ({ notStarted: 127 }));
    await expect(failing('RUN ["/nope"]\n')).rejects.toMatchObject({
      message: 'process "/nope" did not complete successfully: exit code: 1',
      hint: expect.stringContaining('not in the image'),
    });
    await expect(failing('USER eve\nRUN ["/x"]\n')).rejects.toThrow(
      'process "/x" did not complete successfully: unable to find user eve: no matching entries in passwd file',
    );
    await expect(failing('USER joe:eve\nRUN ["/x"]\n')).rejects.toThrow(
      'unable to find group eve: no matching entries in group file',
    );
    await expect(failing('USER joe:7\nRUN ["/x"]\n')).rejects.toThrow('exit code: 1');
  });

  it('gives the size of a tmpfs, and the directory of the context as BuildKit sends it', async () => {
    chmodSync(join(work, 'context'), 0o700);
    const { requests } = await build(
      'FROM scratch\nRUN --mount=type=tmpfs,target=/t,size=1m --mount=target=/c --mount=target=/d,source=dir true\n',
      ({ tree }) => {
        expect(tree.lookup('/c')?.inode.permissions).toBe(0o755);
        return {};
      },
    );
    expect(requests[0]?.tmpfs).toEqual([{ path: '/t', sizeBytes: 1024 * 1024 }]);
  });

  it('keeps a directory made for a mount when the command put something into it', async () => {
    const { tree } = await build('FROM scratch\nRUN --mount=source=a.txt,target=/m/a true\n', () => ({
      changes: (made) => made.file('m/b', 'B'),
    }));
    expect(Object.keys(tree)).toEqual(['m', 'm/b']);
  });

  it('keeps a cache from one RUN to the next and out of the image', async () => {
    const found: (InodeId | undefined)[] = [];
    const dockerfile = (n: number) =>
      `FROM scratch\nRUN --mount=type=cache,target=/c,mode=0700,uid=3 touch ${n}\n`;
    const answer = ({ tree }: BoxRequest): FakeRun => {
      found.push(tree.lookup('/c/f')?.id);
      expect(tree.lookup('/c')?.inode).toMatchObject({ permissions: 0o700, uid: 3 });
      return { changes: (made) => made.file('c/f', 'F') };
    };
    const first = await build(dockerfile(1), answer);
    const second = await build(dockerfile(2), answer);
    expect(found).toEqual([undefined, expect.any(Number)]);
    expect([first.tree, second.tree]).toEqual([{}, {}]);
  });

  it('gives secrets as files and variables, with their mode, and never stores their value', async () => {
    process.env['BOXER_TEST_SECRET'] = 'hunter2';
    const dockerfile =
      'FROM scratch\nRUN --mount=type=secret,id=v,env=TOKEN --mount=type=secret,id=f,target=/s,mode=0440,gid=9 --mount=type=secret,id=none true\n';
    const { requests } = await build(dockerfile, () => ({ changes: (made) => made.file('x', '') }), {
      secrets: { v: { variable: 'BOXER_TEST_SECRET' }, f: { file: join(work, 'context', 'a.txt') } },
    });
    delete process.env['BOXER_TEST_SECRET'];
    const [request] = requests;
    expect(request?.env).toContain('TOKEN=hunter2');
    const secret = request?.tree.lookup('/s')?.inode;
    expect(secret ?? {}).not.toMatchObject({ kind: 'directory' });
    expect(filesBelow(join(work, 'cache')).some((file) => readFileSync(file).includes('hunter2'))).toBe(
      false,
    );
  });

  it('writes scripts of heredocs where they are executed from', async () => {
    const scripts: unknown[] = [];
    await build('FROM scratch\nRUN <<EOF\n#!/usr/bin/x\nhello\nEOF\n', (request) => {
      scripts.push(...request.scripts, request.argv.at(-1));
      return {};
    });
    // Oracle: golden case heredoc-run, where the script's name is /dev/pipes/EOF.
    const script = { directory: '/dev/pipes', name: 'EOF', content: '#!/usr/bin/x\nhello\n', mode: 0o755 };
    expect(scripts).toEqual([script, '/dev/pipes/EOF']);
  });

  it('is not executed again as long as nothing it depends on changes', async () => {
    const answer = () => ({
      changes: (made: { file(path: string, text: string): unknown }) => void made.file('out', 'O'),
    });
    const dockerfile = 'FROM scratch\nCOPY a.txt /\nARG V\nRUN --mount=source=dir,target=/d make\n';
    const executed = async (options: Partial<BuildOptions> = {}) =>
      (await build(dockerfile, answer, options)).requests.length;
    expect(await executed()).toBe(1);
    expect(await executed()).toBe(0);
    const again = await build(dockerfile, answer);
    expect(again.tree['out']).toMatchObject({ type: 'file', uid: 5 });
    expect(again.events.filter(({ type }) => type === 'cached')).toHaveLength(2);
    expect(await executed({ buildArgs: { V: '2' } })).toBe(1);
    writeFileSync(join(work, 'context', 'dir', 'x'), 'Y\n');
    expect(await executed()).toBe(1);
    writeFileSync(join(work, 'context', 'a.txt'), 'B\n');
    expect(await executed()).toBe(1);
    expect(await executed()).toBe(0);
    expect(await executed({ noCache: true })).toBe(1);
  });

  it('gives equal images when nothing changed', async () => {
    const answer = () => ({
      changes: (made: { file(path: string, text: string): unknown }) => void made.file('out', 'O'),
    });
    await build('FROM scratch\nWORKDIR /w\nRUN make\nCOPY a.txt b/\nLABEL a=b\n', answer);
    const first = readFileSync(join(work, 'image.tar'));
    await build('FROM scratch\nWORKDIR /w\nRUN make\nCOPY a.txt b/\nLABEL a=b\n', answer);
    expect(readFileSync(join(work, 'image.tar')).equals(first)).toBe(true);
  });

  it('stores deletions as whiteouts', async () => {
    writeFileSync(join(work, 'context', 'Dockerfile'), 'FROM scratch\nCOPY . /\nRUN rm\n');
    const box = new FakeBox(() => ({ changes: (made) => made.deleted('dir').deleted('a.txt') }));
    const dest = join(work, 'whiteout.tar');
    const contextDirectory = join(work, 'context');
    await buildImage(
      { contextDirectory, output: { type: 'oci', dest }, cacheDirectory: join(work, 'cache') },
      { box },
    );
    await expect(flattenArchive(dest)).rejects.toThrow('Whiteouts are not flattened: .wh.a.txt');
  });

  describe('that fails', () => {
    it('carries exit code, place and last output, and leaves nothing behind', async () => {
      const building = build('FROM scratch\n\nRUN false\n', () => ({ exitCode: 3, output: 'one\ntwo\n' }));
      await expect(building).rejects.toMatchObject({
        message: 'process "/bin/sh -c false" did not complete successfully: exit code: 3',
        code: 'BUILD_RUN_FAILED',
        place: { range: { start: { line: 3 } } },
        cause: { exitCode: 3, output: ['one', 'two'] },
      });
      expect(existsSync(join(work, 'image.tar'))).toBe(false);
      expect(readdirSync(join(work, 'cache', 'builds'))).toEqual([]);
    });

    // Texts of glibc, curl, Python and musl's wget.
    it.each([
      ['curl: (6) Could not resolve host: example.com\n', 6],
      ['socket.gaierror: [Errno -3] Temporary failure in name resolution\n', 1],
      ["wget: bad address 'example.com'\n", 1],
    ])('says that there is no network, where that is why: %j', async (output, exitCode) => {
      const building = build('FROM scratch\nRUN get\n', () => ({ exitCode, output }));
      await expect(building).rejects.toMatchObject({ hint: expect.stringContaining('RUN has no network') });
    });

    it('says which limit it met', async () => {
      const building = build('FROM scratch\nRUN loop\n', () => ({ limit: 'it ran longer than 5 ms' }));
      await expect(building).rejects.toMatchObject({
        code: 'BUILD_RUN_LIMIT',
        message: expect.stringContaining('longer than 5 ms'),
      });
    });

    it('is executed again', async () => {
      const fail = () => ({ exitCode: 1 });
      await expect(build('FROM scratch\nRUN x\n', fail)).rejects.toThrow('exit code: 1');
      expect((await build('FROM scratch\nRUN x\n', () => ({}))).requests).toHaveLength(1);
    });

    // Oracle: golden case run-mount-secret-required.
    it('is that of a secret nobody gave', async () => {
      const building = build('FROM scratch\nRUN --mount=type=secret,id=nope,required true\n', () => ({}));
      await expect(building).rejects.toThrow('secret nope: not found');
    });

    it('is that of a mount of nothing', async () => {
      const building = build('FROM scratch\nRUN --mount=source=nope,target=/x true\n', () => ({}));
      await expect(building).rejects.toThrow('"/nope": not found');
    });
  });

  it('stops when it is interrupted', async () => {
    const stop = new AbortController();
    const building = build(
      'FROM scratch\nRUN x\nRUN y\n',
      () => {
        stop.abort();
        return {};
      },
      { signal: stop.signal },
    );
    await expect(building).rejects.toThrow(/abort/i);
    expect(readdirSync(join(work, 'cache', 'builds'))).toEqual([]);
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
