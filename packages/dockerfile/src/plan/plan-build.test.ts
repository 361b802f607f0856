import { DockerfileError } from '../dockerfile-error.ts';
import { planBuild } from './plan-build.ts';

const ARM64 = { os: 'linux', architecture: 'arm64' };

// Expected values: the Dockerfile reference, and for errors the reference's own texts.
describe('planBuild', () => {
  it('needs only the stages that the target depends on', () => {
    const text = [
      'FROM one AS a',
      'FROM two AS unused',
      'FROM three AS b',
      'RUN --mount=from=a,target=/a true',
      'FROM scratch AS c',
      'COPY --from=b / /',
      'FROM c',
    ].join('\n');
    const plan = planBuild(text);
    expect(plan.target).toBe(4);
    expect(plan.stages.map(({ index, dependsOn }) => [index, dependsOn])).toEqual([
      [0, []],
      [2, [0]],
      [3, [2]],
      [4, [3]],
    ]);
    expect(plan.bases).toEqual([
      { kind: 'image', reference: 'docker.io/library/one:latest', platform: ARM64 },
      { kind: 'image', reference: 'docker.io/library/three:latest', platform: ARM64 },
    ]);
  });

  it('finds the target in any case', () => {
    expect(planBuild('FROM scratch AS Build\nFROM scratch', { target: 'BUILD' }).target).toBe(0);
  });

  it('takes the last of several stages with one name', () => {
    const plan = planBuild('FROM a AS x\nFROM b AS x\nFROM x');
    expect(plan.stages.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('tells what a comment says of a stage', () => {
    const plan = planBuild('# build compiles\nFROM scratch AS build');
    expect(plan.stages[0]).toMatchObject({ name: 'build', description: 'compiles' });
  });

  it('uses a stage rather than an image of the same name', () => {
    expect(planBuild('FROM scratch AS debian\nFROM debian').stages[1]?.base).toEqual({
      kind: 'stage',
      index: 0,
    });
  });

  it.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['user/app:1', 'docker.io/user/app:1'],
    ['localhost/app', 'localhost/app:latest'],
    ['registry.example:5000/a/b', 'registry.example:5000/a/b:latest'],
    [`debian@sha256:${'a'.repeat(64)}`, `docker.io/library/debian@sha256:${'a'.repeat(64)}`],
    ['index.docker.io/debian', 'docker.io/library/debian:latest'],
  ])('normalises %s', (name, reference) => {
    expect(planBuild(`FROM ${name}`).bases).toEqual([{ kind: 'image', reference, platform: ARM64 }]);
  });

  describe('global arguments', () => {
    it('are expanded in order and overridden by build arguments', () => {
      const text = 'ARG A=1\nARG B=${A}2 C="x-$A"\nFROM a:$B-$C';
      expect(planBuild(text).bases).toMatchObject([{ reference: 'docker.io/library/a:12-x-1' }]);
      expect(planBuild(text, { buildArgs: { A: '9' } }).bases).toMatchObject([
        { reference: 'docker.io/library/a:92-x-9' },
      ]);
    });

    it('know the platforms and the target', () => {
      const options = { targetPlatform: 'linux/arm/v7', buildPlatform: 'linux/amd64', target: 't' };
      const text = 'FROM $BUILDARCH-$TARGETOS-$TARGETARCH-$TARGETVARIANT-$TARGETSTAGE AS t';
      expect(planBuild(text, options).bases).toMatchObject([
        { reference: 'docker.io/library/amd64-linux-arm-v7-t:latest' },
      ]);
    });

    it('call an unnamed target default', () => {
      expect(planBuild('FROM $TARGETSTAGE').bases).toMatchObject([
        { reference: 'docker.io/library/default:latest' },
      ]);
    });
  });

  describe('named contexts', () => {
    const contexts = {
      debian: 'docker-image://alpine:3',
      src: 'local:src',
      'alpine::linux/amd64': 'local:amd',
    };

    it('replace images', () => {
      expect(planBuild('FROM debian:latest', { contexts }).bases).toMatchObject([
        { kind: 'image', reference: 'docker.io/library/alpine:3' },
      ]);
      expect(planBuild('FROM debian:12', { contexts }).bases).toMatchObject([
        { reference: 'docker.io/library/debian:12' },
      ]);
    });

    it('replace stages with all they contain', () => {
      const plan = planBuild('FROM nowhere AS src\nCOPY --from=other / /\nFROM src', { contexts });
      expect(plan.bases).toEqual([
        { kind: 'named-context', name: 'src', source: 'local:src', platform: ARM64 },
      ]);
    });

    it('can be for one platform only', () => {
      expect(planBuild('FROM alpine', { contexts }).bases).toMatchObject([{ kind: 'image' }]);
      expect(planBuild('FROM alpine', { contexts, targetPlatform: 'linux/amd64' }).bases).toMatchObject([
        { kind: 'named-context', source: 'local:amd' },
      ]);
    });

    it('can be scratch', () => {
      const plan = planBuild('FROM debian\nCOPY --from=debian / /', {
        contexts: { debian: 'docker-image://scratch' },
      });
      expect(plan.stages[0]?.base).toEqual({ kind: 'scratch' });
    });

    it('do not mind stage names that are no image names', () => {
      expect(planBuild('FROM scratch AS a_', { contexts: { a_: 'local:x' } }).bases).toMatchObject([
        { name: 'a_' },
      ]);
    });

    it('cannot replace scratch', () => {
      expect(planBuild('FROM scratch', { contexts: { scratch: 'local:x' } }).bases).toEqual([]);
    });
  });

  describe('refuses', () => {
    it.each([
      ['a stage without FROM', 'RUN x', 1, 'no build stage in current context'],
      ['a file without stages', 'ARG a', 1, 'dockerfile contains no stages to build'],
      ['a blank base', 'ARG B\nFROM $B', 2, 'base name ($B) should not be blank'],
      [
        'a base in capitals',
        'FROM Debian',
        1,
        'failed to parse stage name "Debian": invalid reference format: repository name (library/Debian) must be lowercase',
      ],
      [
        'an invalid base in a stage that is not needed',
        'FROM a b c\nFROM scratch',
        1,
        'dockerfile parse error on line 1: FROM requires either one or three arguments',
      ],
      ['an empty platform', 'FROM --platform=$P scratch', 1, 'empty platform value from expression $P'],
      [
        'a platform with an empty part',
        'ARG MY_ARCH=amd64\nFROM --platform=linux/${MYARCH} a',
        2,
        'failed to parse platform linux/${MYARCH}: "" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument (did you mean MY_ARCH?)',
      ],
      [
        'an unset required argument',
        'ARG A="${B:?set B}"\nFROM $A',
        1,
        'failed to process "\\"${B:?set B}\\"": B: set B',
      ],
      [
        'stages in a circle',
        'FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /',
        1,
        'circular dependency detected on stage: a',
      ],
      ['an index without stage', 'FROM scratch\nCOPY --from=1 / /', 2, 'invalid stage index 1'],
      [
        'a variable in a mount source',
        'FROM scratch\nRUN --mount=from=$A,target=/x true',
        2,
        "dockerfile parse error on line 2: 'from' doesn't support variable expansion, define alias stage instead",
      ],
      [
        'an unknown network',
        'FROM scratch\nRUN --network=x true',
        2,
        'dockerfile parse error on line 2: invalid network mode "x"',
      ],
      [
        'a repeated flag',
        'FROM scratch\nCOPY --chown=1 --chown=2 a b',
        2,
        'dockerfile parse error on line 2: duplicate flag specified: --chown',
      ],
      [
        'a flag without value',
        'FROM scratch\nCOPY --chown a b',
        2,
        'dockerfile parse error on line 2: missing a value on flag: --chown',
      ],
      [
        'a flag that is no boolean',
        'FROM scratch\nCOPY --link=yes a b',
        2,
        'dockerfile parse error on line 2: expecting boolean value for flag --link, not: yes',
      ],
    ])('%s', (_, text, line, message) => {
      expect(refusalOf(text)).toMatchObject({ message, file: 'Dockerfile', line });
    });

    it('a target that is not there, and names those that are', () => {
      expect(refusalOf('FROM scratch AS build', { target: 'biuld' })).toMatchObject({
        message: 'target stage "biuld" could not be found (did you mean build?)',
        hint: 'Name one of the stages: build.',
      });
    });

    it('a platform that is none', () => {
      expect(refusalOf('FROM scratch', { targetPlatform: 'a/b/c/d' })).toMatchObject({
        code: 'DOCKERFILE_VALUE',
      });
    });

    it('with the name of the file and the columns of the instruction', () => {
      expect(
        refusalOf('FROM scratch\n  COPY a \\\n  b c\n   FOO x', { file: 'sub/My.Dockerfile' }),
      ).toMatchObject({
        file: 'sub/My.Dockerfile',
        line: 4,
        column: 4,
        place: { range: { end: { line: 4, column: 9 } } },
      });
    });
  });
});

function refusalOf(text: string, options: Parameters<typeof planBuild>[1] = {}): DockerfileError {
  try {
    planBuild(text, options);
  } catch (error) {
    if (error instanceof DockerfileError) return error;
    throw error;
  }
  throw new Error('not refused');
}
