import { BoxerError } from '@boxer/foundation';
import type { ContainerConfig, ImageConfig } from '../config/image-config.ts';
import type { BuildStep } from './build-step.ts';
import type { ExternalBase, PlanOptions, ResolvedBuild } from './build-plan.ts';
import { planBuild } from './plan-build.ts';
import { resolveBuild } from './resolve-build.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

class NotFoundError extends BoxerError {
  readonly code = 'TEST_NOT_FOUND';
}

// Expected values: the Dockerfile reference, BuildKit's texts, and its golden builds where noted.
describe('resolveBuild', () => {
  it('asks for each base once', async () => {
    const asked: string[] = [];
    await resolveBuild(
      planBuild('FROM a AS x\nFROM a AS y\nCOPY --from=x / /\nFROM b\nCOPY --from=y / /'),
      (base) => {
        asked.push(base.kind === 'image' ? base.reference : base.name);
        return Promise.resolve(imageWith({}));
      },
    );
    expect(asked).toEqual(['docker.io/library/a:latest', 'docker.io/library/b:latest']);
  });

  it('takes over the config of the base', async () => {
    const base = imageWith({
      Env: ['A=1'],
      User: 'app',
      WorkingDir: '/srv//x/',
      Shell: ['/bin/bash', '-ec'],
    });
    const [run] = (await build('FROM a\nRUN echo $A', { base })).target.steps;
    expect(run).toMatchObject({
      argv: ['/bin/bash', '-ec', 'echo $A'],
      env: ['A=1', PATH],
      user: 'app',
      workdir: '/srv/x',
    });
  });

  it('appends to the history of the base and drops its time', async () => {
    const base = { ...imageWith({}), created: '2020-01-01T00:00:00Z', history: [{ created_by: 'base' }] };
    const { image } = await build('FROM a\nENV A=1', { base });
    expect(image.history?.map((entry) => entry.created_by)).toEqual(['base', 'ENV A=1']);
    expect(image).not.toHaveProperty('created');
  });

  it('copes with a config full of nulls and of things that do not belong there', async () => {
    const base = JSON.parse(
      '{"os":"linux","architecture":"arm64","docker_version":"1","container_config":{},"history":null,' +
        '"config":{"Env":null,"Cmd":null,"Entrypoint":null,"Labels":null,"Volumes":null,"ExposedPorts":null,' +
        '"OnBuild":null,"Shell":null,"Healthcheck":null,"User":null,"WorkingDir":null,"Hostname":"x"}}',
    ) as ImageConfig;
    const { image } = await build('FROM a\nENV A=1', { base });
    expect(image).toEqual({
      os: 'linux',
      architecture: 'arm64',
      config: { Env: [PATH, 'A=1'] },
      history: [{ created_by: 'ENV A=1', comment: 'buildkit.dockerfile.v0', empty_layer: true }],
    });
    const bare = { os: 'linux', architecture: 'arm64', config: null } as unknown as ImageConfig;
    expect((await build('FROM a', { base: bare })).image.config).toEqual({ Env: [PATH] });
  });

  it('puts the reason and the FROM before the failure of a base', async () => {
    const plan = planBuild('FROM scratch AS build\nFROM biuld');
    const cause = new NotFoundError('no such image');
    await expect(resolveBuild(plan, () => Promise.reject(cause))).rejects.toMatchObject({
      code: 'DOCKERFILE_BASE',
      message: 'biuld: no such image (did you mean build?)',
      line: 2,
      cause,
    });
  });

  it('lets other failures through', async () => {
    const failure = new Error('aborted');
    await expect(resolveBuild(planBuild('FROM a'), () => Promise.reject(failure))).rejects.toBe(failure);
  });

  describe('ARG and ENV', () => {
    it('override each other from their line on', async () => {
      const text = 'FROM a\nARG A=arg\nENV A=env\nRUN one\nARG A=again\nRUN two';
      const runs = stepsOf(await build(text), 'run');
      expect(runs.map((step) => step.kind === 'run' && step.env)).toEqual([
        [PATH, 'A=env'],
        [PATH, 'A=again'],
      ]);
    });

    it('of a stage are known to stages based on it', async () => {
      const text = 'FROM a AS x\nARG A=1\nENV B=2\nFROM x\nRUN true';
      expect(stepsOf(await build(text), 'run')).toMatchObject([
        { history: { created_by: 'RUN |1 A=1 /bin/sh -c true # buildkit' } },
      ]);
    });

    it('without value are defined nowhere but in the history', async () => {
      const [run] = stepsOf(await build('FROM a\nARG A\nRUN true'), 'run');
      expect(run).toMatchObject({
        env: [PATH],
        history: { created_by: 'RUN |1 A= /bin/sh -c true # buildkit' },
      });
    });

    it('keep proxies apart', async () => {
      const buildArgs = { http_proxy: 'http://p', NO_PROXY: 'x' };
      const [run] = stepsOf(await build('FROM a\nRUN true', { buildArgs }), 'run');
      expect(run).toMatchObject({
        env: [PATH],
        proxyEnv: ['HTTP_PROXY=http://p', 'http_proxy=http://p', 'NO_PROXY=x', 'no_proxy=x'],
        history: { created_by: 'RUN /bin/sh -c true # buildkit' },
      });
    });
  });

  describe('RUN --mount', () => {
    it.each([
      [
        'target=x',
        { kind: 'bind', target: '/w/x', from: { kind: 'context' }, sourcePath: '/', readOnly: true },
      ],
      ['dst=/x,src=../a/,rw', { kind: 'bind', target: '/x', sourcePath: '/a', readOnly: false }],
      ['from=alpine,target=/x', { from: { kind: 'image', reference: 'docker.io/library/alpine:latest' } }],
      ['from=s,target=/x', { from: { kind: 'stage', index: 0 } }],
      [
        'type=cache,target=/c/../d',
        {
          kind: 'cache',
          target: '/d',
          id: '//d',
          sharing: 'shared',
          from: { kind: 'scratch' },
          readOnly: false,
        },
      ],
      [
        'type=cache,target=/c,id=k,sharing=locked,mode=700,uid=1,gid=2',
        { id: '/k', sharing: 'locked', mode: 0o700, uid: 1, gid: 2 },
      ],
      [
        'type=tmpfs,target=/t,size=64m',
        { kind: 'tmpfs', target: '/t', sizeBytes: 67_108_864, readOnly: false },
      ],
      [
        'type=secret,id=a/b',
        {
          kind: 'secret',
          id: 'a/b',
          target: '/run/secrets/b',
          env: undefined,
          required: false,
          mode: 0o400,
          uid: 0,
          gid: 0,
        },
      ],
      [
        'type=secret,target=/x/y,required,mode=0440',
        { kind: 'secret', id: 'y', target: '/x/y', required: true, mode: 0o440 },
      ],
      ['type=secret,id=a,env=B,target=/c', { kind: 'secret', id: 'a', target: '/c', env: 'B' }],
      ['type=ssh', { kind: 'ssh', id: 'default', target: undefined, required: false, mode: 0o600 }],
      ['type=bind,target=$T', { target: '/from-env' }],
      ['"target=/a,b"', { target: '/a,b' }],
    ])('%s', async (mount, expected) => {
      const text = `FROM scratch AS s\nFROM a\nWORKDIR /w\nENV T=/from-env\nCOPY --from=s / /\nRUN --mount='${mount}' true`;
      expect(stepsOf(await build(text), 'run')).toMatchObject([{ mounts: [expected] }]);
    });

    it.each([
      ['type=foo', 'unsupported mount type "foo"'],
      ['type=bin', 'unsupported mount type "bin" (did you mean bind?)'],
      ['target=/', 'invalid mount target "/"'],
      ['foo=1', "unexpected key 'foo' in 'foo=1' (did you mean from?)"],
      ['target', "invalid field 'target' must be a key=value pair"],
      ['target=/x,mode=700', 'mode not allowed for "bind" type mounts'],
      ['target=/x,size=1', "unexpected key 'size' for mount type 'bind'"],
      ['type=tmpfs,target=/x,size=much', 'invalid value for size: much'],
      ['type=cache,target=/x,sharing=none', 'unsupported sharing value "none"'],
      ['type=cache,target=/x,required', "unexpected key 'required' for mount type 'cache'"],
      ['type=cache,target=/x,mode=999', 'invalid value 999 for mode'],
      ['type=secret', 'invalid secret mount. one of source, target required'],
      ['type=secret,id=a,source=b', "both source and id can't be set"],
      ['type=secret,id=a,from=s', 'secret mount should not have a from'],
      ['type=ssh,source=x', 'ssh does not support source'],
      ['target=/x,sharing=shared', 'invalid cache sharing set for bind mount'],
      ['target=/x,ro=maybe', 'invalid value for ro: maybe'],
    ])('refuses %s', async (mount, message) => {
      await expect(build(`FROM a\nRUN --mount=${mount} true`)).rejects.toMatchObject({ message, line: 2 });
    });

    it('puts directories before what is inside them', async () => {
      const [run] = stepsOf(
        await build('FROM a\nRUN --mount=type=secret,id=a --mount=target=/b/c --mount=target=/b true'),
        'run',
      );
      expect(run?.kind === 'run' && run.mounts.map(({ target }) => target)).toEqual([
        '/b',
        '/b/c',
        '/run/secrets/a',
      ]);
    });
  });

  describe('what a box cannot do', () => {
    it.each([
      ['RUN --security=insecure true', 'security.insecure is not allowed'],
      [
        'RUN --device=vendor.com/gpu=all true',
        'device feature is only supported in Dockerfile frontend 1.14.0-labs or later',
      ],
    ])('%s', async (instruction, message) => {
      const refusal = {
        code: 'DOCKERFILE_UNSUPPORTED',
        message,
        line: 2,
        hint: expect.stringContaining('a box'),
      };
      await expect(build(`FROM a\n${instruction}`)).rejects.toMatchObject(refusal);
    });

    it('does not matter in stages that are not needed', async () => {
      await expect(build('FROM a\nRUN --security=insecure true\nFROM scratch')).resolves.toBeDefined();
    });
  });

  describe('WORKDIR', () => {
    // I1: an absolute path is stored as written.
    it.each([
      ['/a//b/./c/../', '/a//b/./c/../', '/a/b'],
      ['a/../b', '/base/b', '/base/b'],
      ['""', '/base', '/base'],
    ])('%s', async (path, stored, created) => {
      const { target } = await build(`FROM a\nUSER 7:8\nWORKDIR ${path}`, {
        base: imageWith({ WorkingDir: '/base' }),
      });
      expect(target.steps.at(-1)).toMatchObject({
        path: created,
        owner: { user: 7, group: 8 },
        createsLayer: true,
      });
      expect(target.image.config.WorkingDir).toBe(stored);
    });

    it('makes no layer for the root', async () => {
      const { target } = await build('FROM a\nWORKDIR /');
      expect(target.steps).toMatchObject([{ createsLayer: false, history: { empty_layer: true } }]);
    });
  });

  describe('COPY and ADD', () => {
    it.each([
      ['COPY a b/', { dest: '/w/b/', destIsDirectory: true }],
      ['COPY a .', { dest: '/w/', destIsDirectory: true }],
      ['COPY a /d/.', { dest: '/d/.', destIsDirectory: true }],
      ['COPY a ../../x', { dest: '/x', destIsDirectory: false }],
      ['COPY --chown=root:staff a b', { owner: { user: 0, group: 'staff' } }],
      ['COPY --chown=:5 a b', { owner: { user: 0, group: 5 } }],
      ['COPY --chown=app a b', { owner: { user: 'app', group: undefined } }],
      [
        'COPY --chmod=u=rwX,go=rX a b',
        { mode: { kind: 'symbolic', expression: 'u=rwX,go=rX' }, link: false },
      ],
      ['COPY --link --chmod=0 a b', { mode: { kind: 'octal', bits: 0 }, link: false }],
      ['COPY --link a b', { link: true }],
      ['COPY --exclude=*.md --exclude=!a.md . b', { exclude: ['*.md', '!a.md'] }],
      ['COPY ../a/*.txt b', { sources: [{ kind: 'files', path: '/a/*.txt', unpack: false }] }],
      [
        'COPY --parents x/./y/*.c b/',
        { sources: [{ path: '/x', parents: { include: 'y/*.c', required: undefined } }] },
      ],
      ['COPY --parents x/y b/', { sources: [{ path: '/', parents: { include: 'x/y', required: '/x/y' } }] }],
      [
        'COPY --from=alpine /etc b',
        { sources: [{ from: { kind: 'image', reference: 'docker.io/library/alpine:latest' } }] },
      ],
      ['ADD a.tar b', { sources: [{ kind: 'files', unpack: true }] }],
      ['ADD --unpack=false a.tar b', { sources: [{ kind: 'files', unpack: false }] }],
      [
        'ADD https://x/a%20b.txt?c=d /e/',
        { sources: [{ kind: 'http', filename: 'a b.txt', unpack: false }] },
      ],
      ['ADD --unpack https://x/ /e/', { sources: [{ kind: 'http', filename: '__unnamed__', unpack: true }] }],
      [
        'ADD https://x/y.git#v1:sub /e/',
        {
          sources: [
            {
              kind: 'git',
              remote: 'https://x/y.git',
              ref: 'v1',
              subdir: 'sub',
              keepGitDir: false,
              submodules: true,
            },
          ],
        },
      ],
      [
        'ADD --keep-git-dir git@h:y?submodules=false /e/',
        {
          sources: [{ kind: 'git', remote: 'git@h:y', ref: undefined, keepGitDir: true, submodules: false }],
        },
      ],
      ['ADD github.com/a/b /e/', { sources: [{ kind: 'files', path: '/github.com/a/b' }] }],
    ])('%s', async (instruction, expected) => {
      expect(stepsOf(await build(`FROM a\nWORKDIR /w\n${instruction}`), 'copy')).toMatchObject([expected]);
    });

    it.each([
      ['COPY https://x/y /', "source can't be a URL for COPY"],
      ['COPY git@h:y /', "source can't be a git ref for COPY"],
      [
        'COPY --chmod=8 a b',
        "invalid chmod parameter: '8'. it should be octal string and between 0 and 07777",
      ],
      [
        'COPY --chmod=u+y a b',
        "invalid chmod parameter: 'u+y'. it should be octal string and between 0 and 07777",
      ],
      ['ADD --checksum=sha256:x a b /c/', "checksum can't be specified for multiple sources"],
      ['ADD --checksum=sha256:x a b', 'checksum requires HTTP(S) or Git sources'],
      ['ADD --checksum=md5:x https://x/y b', 'unsupported digest algorithm'],
      ['ADD --keep-git-dir https://x/y.git?keep-git-dir=false b', 'inconsistent keep-git-dir configuration'],
    ])('refuses %s', async (instruction, message) => {
      await expect(build(`FROM a\n${instruction}`)).rejects.toMatchObject({ message, line: 2 });
    });

    it('refuses files of a stage that comes later', async () => {
      const text = 'FROM scratch AS one\nRUN --mount=from=two,target=/x true\nFROM scratch AS two\nFROM one';
      await expect(build(text)).rejects.toMatchObject({
        message: 'cannot mount from stage "two" to "/x", stage needs to be defined before current command',
        line: 2,
      });
    });

    it('expands heredocs with backslash as escape character whatever the directive says', async () => {
      const text = '# escape=`\nFROM a\nENV A=1\nCOPY <<E /x\n\\$A $A `$A\nE\n';
      expect(stepsOf(await build(text), 'copy')).toMatchObject([{ sources: [{ content: '$A 1 `1\n' }] }]);
    });
  });

  describe('ONBUILD', () => {
    it('runs before the instructions of the stage, at the place of its FROM', async () => {
      const base = imageWith({ OnBuild: ['RUN first', 'COPY --from=tools /x /'] });
      const text = 'FROM scratch AS tools\nFROM a\nRUN own';
      const { target, stages } = await build(text, { base });
      expect(stages.map(({ name }) => name)).toEqual(['tools', 'stage-1']);
      expect(target.steps.map(({ source, onBuild, range }) => [source, onBuild, range.start.line])).toEqual([
        ['RUN first', true, 2],
        ['COPY --from=tools /x /', true, 2],
        ['RUN own', false, 3],
      ]);
      expect(target.image.config).not.toHaveProperty('OnBuild');
    });

    it('applies to a stage based on the stage that has it, not to the next', async () => {
      const text = 'FROM a AS x\nONBUILD RUN trigger\nFROM x AS y\nFROM y';
      const { stages } = await build(text);
      expect(stages.map(({ steps }) => steps.filter(({ onBuild }) => onBuild).length)).toEqual([0, 1, 0]);
      expect(stages.map(({ image }) => image.config.OnBuild)).toEqual([
        ['RUN trigger'],
        undefined,
        undefined,
      ]);
    });

    it('can need a base that was not known before', async () => {
      const asked: string[] = [];
      const text = 'FROM other AS tools\nFROM a';
      await resolveBuild(planBuild(text), (base) => {
        asked.push(base.kind === 'image' ? base.reference : base.name);
        return Promise.resolve(imageWith(asked.length === 1 ? { OnBuild: ['COPY --from=tools / /'] } : {}));
      });
      expect(asked).toEqual(['docker.io/library/a:latest', 'docker.io/library/other:latest']);
    });

    it.each([
      ['RUN a\nRUN b', 'onbuild trigger should be a single expression'],
      ['FOO', 'unknown instruction: FOO (did you mean FROM?)'],
      ['CMD ["a", 1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ])('refuses %j', async (trigger, message) => {
      await expect(build('FROM a', { base: imageWith({ OnBuild: [trigger] }) })).rejects.toMatchObject({
        message,
        line: 1,
      });
    });
  });

  describe('SOURCE_DATE_EPOCH', () => {
    it.each([
      ['a build argument', 'FROM scratch\nENV A=1', { buildArgs: { SOURCE_DATE_EPOCH: '86400' } }],
      ['a global argument', 'ARG SOURCE_DATE_EPOCH=86400\nFROM scratch\nENV A=1', {}],
      [
        'the time of the context',
        'FROM scratch\nENV A=1',
        { buildArgs: { SOURCE_DATE_EPOCH: 'context' }, sourceDateEpoch: 86_400 },
      ],
    ])('as %s sets the time of the history', async (_, text, options) => {
      const { epoch, image } = await build(text, options);
      expect(epoch).toBe(86_400);
      expect(image.history).toMatchObject([{ created: '1970-01-02T00:00:00Z' }]);
    });

    it('is unset by an empty build argument', async () => {
      const text =
        'ARG SOURCE_DATE_EPOCH=86400\nFROM scratch\nARG SOURCE_DATE_EPOCH\nENV A=[$SOURCE_DATE_EPOCH]';
      const { epoch, image } = await build(text, { buildArgs: { SOURCE_DATE_EPOCH: '' } });
      expect(epoch).toBeUndefined();
      expect(image.config.Env).toContain('A=[]');
    });

    it('refuses anything else', async () => {
      await expect(build('FROM scratch', { buildArgs: { SOURCE_DATE_EPOCH: 'now' } })).rejects.toThrow(
        'invalid SOURCE_DATE_EPOCH: now',
      );
    });
  });

  it('lists the places that files are read from', async () => {
    const contexts = { src: 'local:src' };
    const text = 'FROM a\nCOPY --from=b / /\nRUN --mount=from=src,target=/x --mount=target=/y true\nCOPY . /';
    const { fileSources } = await build(text, { contexts });
    expect(fileSources).toMatchObject([
      { kind: 'image', reference: 'docker.io/library/b:latest' },
      { kind: 'named-context', name: 'src', source: 'local:src' },
      { kind: 'context' },
    ]);
  });

  it('shows commands with known variables filled in', async () => {
    const [run] = stepsOf(await build('FROM a\nENV A=1\nrun echo "$A" $B'), 'run');
    expect(run?.title).toBe('RUN echo "1" $B');
  });
});

interface Options extends PlanOptions {
  readonly base?: ImageConfig;
}

async function build(
  text: string,
  { base = imageWith({}), ...options }: Options = {},
): Promise<ResolvedBuild> {
  const resolve = ({ kind }: ExternalBase): Promise<ImageConfig | undefined> =>
    Promise.resolve(kind === 'image' ? base : undefined);
  return resolveBuild(planBuild(text, options), resolve);
}

function imageWith(config: ContainerConfig): ImageConfig {
  return { os: 'linux', architecture: 'arm64', config };
}

function stepsOf({ target }: ResolvedBuild, kind: BuildStep['kind']): readonly BuildStep[] {
  return target.steps.filter((step) => step.kind === kind);
}
