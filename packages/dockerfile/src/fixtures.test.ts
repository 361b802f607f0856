import { readFileSync } from 'node:fs';
import {
  type BuildStep,
  type ImageConfig,
  planBuild,
  type PlanOptions,
  resolveBuild,
  type ResolvedBuild,
} from './index.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BASE: ImageConfig = { architecture: 'arm64', os: 'linux', config: { Env: [`PATH=${PATH}`] } };

// Expected values: worked by hand from the Dockerfile reference (docs.docker.com/reference/dockerfile).
describe('fixtures', () => {
  it('plans a service in two stages', async () => {
    const build = await planFixture('python-service', {
      buildArgs: { REVISION: 'abc' },
      labels: { team: 'x' },
    });
    expect(build.stages.map(({ name, base }) => [name, base])).toEqual([
      ['build', { kind: 'image', reference: 'docker.io/library/python:3.13-slim', platform: ARM64 }],
      ['stage-1', { kind: 'image', reference: 'docker.io/library/python:3.13-slim', platform: ARM64 }],
    ]);
    expect(build.warnings).toEqual([]);

    const [, install] = stepsOf(build, 0, 'run');
    expect(install).toMatchObject({
      argv: ['/bin/sh', '-c', 'pip install -r requirements.txt'],
      env: ['PIP_NO_CACHE_DIR=1', `PATH=/venv/bin:${PATH}`],
      workdir: '/src',
      user: undefined,
      mounts: [
        {
          kind: 'cache',
          target: '/root/.cache/pip',
          id: '//root/.cache/pip',
          sharing: 'shared',
          readOnly: false,
        },
        { kind: 'secret', id: 'index', target: undefined, env: 'PIP_INDEX_URL', required: false },
      ],
    });

    const [venv, script, sources] = stepsOf(build, 1, 'copy');
    expect(venv).toMatchObject({
      sources: [{ kind: 'files', from: { kind: 'stage', index: 0 }, path: '/venv', unpack: false }],
      dest: '/venv',
      destIsDirectory: false,
      owner: { user: 1000, group: 1000 },
      mode: undefined,
    });
    expect(script).toMatchObject({
      sources: [{ kind: 'inline', name: 'EOF', content: '#!/bin/sh\nexec "$@"\n' }],
      dest: '/entrypoint',
      mode: { kind: 'octal', bits: 0o755 },
    });
    expect(sources).toMatchObject({
      sources: [{ kind: 'files', from: { kind: 'context' }, path: '/' }],
      dest: '/srv/app/',
      destIsDirectory: true,
    });
    expect(build.image.config).toEqual({
      User: '1000:1000',
      ExposedPorts: { '8000/tcp': {} },
      Env: [`PATH=${PATH}`],
      Entrypoint: ['/entrypoint'],
      Cmd: ['python', '-m', 'app'],
      WorkingDir: '/srv/app',
      Labels: { 'org.opencontainers.image.revision': 'abc', team: 'x' },
      Healthcheck: { Test: ['CMD', 'python', '-m', 'app.health'], Interval: 30_000_000_000, Retries: 2 },
      ArgsEscaped: true,
    });
  });

  it('works heredocs into commands and files', async () => {
    const build = await planFixture('heredocs');
    const [script, program, redirected] = stepsOf(build, 0, 'run');
    expect(script).toMatchObject({
      argv: ['/bin/sh', '-c', 'apt-get update\n# this is part of the script\napt-get install -y curl\n'],
      mounts: [],
      title: 'RUN <<EOF (apt-get update...)',
    });
    expect(program).toMatchObject({
      argv: ['/bin/sh', '-c', '/dev/pipes/PY'],
      mounts: [
        {
          kind: 'script',
          target: '/dev/pipes/',
          name: 'PY',
          content: '#!/usr/bin/env python3\nprint("$NAME")\n',
          mode: 0o755,
        },
      ],
    });
    expect(redirected).toMatchObject({
      argv: ['/bin/sh', '-c', 'cat <<A > /a && cat <<B > /b\none\nA\ntwo\nB'],
      env: [`PATH=${PATH}`, 'NAME=world'],
      history: {
        created_by: 'RUN |1 NAME=world /bin/sh -c cat <<A > /a && cat <<B > /b\none\nA\ntwo\nB # buildkit',
      },
    });
    const [texts] = stepsOf(build, 0, 'copy');
    expect(texts).toMatchObject({
      sources: [
        { kind: 'inline', name: 'greeting', content: 'hello world, $NAME and "nobody"\n' },
        { kind: 'inline', name: 'literal', content: 'hello $NAME\n' },
      ],
      dest: '/etc/texts/',
    });
    expect(build.image.config.OnBuild).toEqual(['COPY <<EOF /copied\nlater\nEOF']);
  });

  it('separates the platform that builds from the platform that runs', async () => {
    const build = await planFixture('cross-compile', { buildPlatform: 'linux/amd64' });
    expect(build.stages.map(({ index, platform }) => [index, platform.architecture])).toEqual([
      [0, 'amd64'],
      [2, 'arm64'],
    ]);
    const [compile] = stepsOf(build, 0, 'run');
    expect(compile).toMatchObject({
      env: [`PATH=${PATH}`, 'TARGETOS=linux', 'TARGETARCH=arm64'],
      workdir: '/app',
      history: {
        created_by: expect.stringMatching(
          /^RUN \|3 TARGETOS=linux TARGETARCH=arm64 VERSION= \/bin\/sh -c GOOS=/,
        ),
      },
    });
    const [copy] = stepsOf(build, 1, 'copy');
    expect(copy).toMatchObject({
      link: true,
      dest: '/',
      sources: [{ path: '/out', from: { kind: 'stage', index: 0 } }],
    });
    expect(build.image).toMatchObject({ os: 'linux', architecture: 'arm64' });
    expect(build.warnings.map(({ rule, range }) => [rule, range.start.line])).toEqual([
      ['InvalidBaseImagePlatform', 1],
      ['WorkdirRelativePath', 4],
    ]);
  });
});

const ARM64 = { os: 'linux', architecture: 'arm64' };

async function planFixture(name: string, options: PlanOptions = {}): Promise<ResolvedBuild> {
  const text = readFileSync(new URL(`../fixtures/${name}/Dockerfile`, import.meta.url), 'utf8');
  return resolveBuild(planBuild(text, options), () => Promise.resolve(BASE));
}

function stepsOf(build: ResolvedBuild, stage: number, kind: BuildStep['kind']): readonly BuildStep[] {
  return build.stages[stage]?.steps.filter((step) => step.kind === kind) ?? [];
}
