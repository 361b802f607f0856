import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors/usage-error.ts';
import { type BuildFlags, buildRequest } from './build-request.ts';
import { parseKeyValues } from './parse-csv.ts';
import { parseOutput } from './parse-output.ts';
import { parseSecret } from './parse-secret.ts';

const flags: BuildFlags = { output: 'image.wasm', 'no-cache': false, check: false, progress: 'plain' };

describe('buildRequest', () => {
  // Oracle: docker build --build-arg, --label, --build-context.
  it('reads pairs as Docker does', async () => {
    process.env['BOXER_TEST_HOST'] = 'from host';
    delete process.env['BOXER_TEST_ABSENT'];
    const { options } = await buildRequest('.', {
      ...flags,
      'build-arg': ['A=b=c', 'EMPTY=', 'BOXER_TEST_HOST', 'BOXER_TEST_ABSENT'],
      label: ['l=1', 'bare'],
      'build-context': ['base=oci-layout://x:y'],
    });
    expect(options).toMatchObject({
      contextDirectory: '.',
      buildArgs: { A: 'b=c', EMPTY: '', BOXER_TEST_HOST: 'from host' },
      labels: { l: '1', bare: '' },
      buildContexts: { base: 'oci-layout://x:y' },
    });
    expect(options.buildArgs).not.toHaveProperty('BOXER_TEST_ABSENT');
  });

  it('takes a Dockerfile in place of its directory', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'boxer-request-')), 'Dockerfile');
    writeFileSync(file, 'FROM scratch\n');
    const { options } = await buildRequest(file, flags);
    expect(options).toMatchObject({ contextDirectory: dirname(file), dockerfilePath: file });
    rmSync(dirname(file), { recursive: true });
  });

  // Oracle: docker buildx build, which takes these forms for build contexts.
  it.each([
    'https://example.com/x.git#main:dir',
    'http://example.com/context.tar.gz',
    'git@example.com:owner/name.git',
    'ssh://git@example.com/name',
    'github.com/owner/name',
  ])('takes %s for a remote context', async (url) => {
    const { options } = await buildRequest(url, { ...flags, file: 'sub/Dockerfile' });
    expect(options).toMatchObject({ remoteContext: { kind: 'url', url }, dockerfilePath: 'sub/Dockerfile' });
    const asksAgent = url.includes('@');
    expect(options.ssh).toEqual(asksAgent ? { default: { paths: [] } } : {});
  });

  it('takes - for standard input', async () => {
    const { options } = await buildRequest('-', flags);
    expect(options.remoteContext?.kind).toBe('stream');
  });

  it('reads --ssh as Docker does', async () => {
    const { options } = await buildRequest('.', { ...flags, ssh: ['default', 'a=/s', 'b=k1,k2'] });
    expect(options.ssh).toEqual({ default: { paths: [] }, a: { paths: ['/s'] }, b: { paths: ['k1', 'k2'] } });
  });

  it.each([
    ['-', { file: '-' }],
    ['.', { ssh: ['=x'] }],
    ['.', { ssh: ['a', 'a=x'] }],
    ['.', { 'build-arg': ['=x'] }],
    ['.', { 'build-context': ['x'] }],
    ['.', { 'build-context': ['x='] }],
  ])('refuses context %s with %j', async (context, more) => {
    await expect(buildRequest(context, { ...flags, ...more })).rejects.toThrow(UsageError);
  });
});

describe('--output', () => {
  it.each([
    ['app.wasm', { type: 'component', dest: 'app.wasm' }],
    ['a=b.wasm', { type: 'component', dest: 'a=b.wasm' }],
    ['type=oci,dest=x.tar', { type: 'oci', dest: 'x.tar' }],
    ['dest=x,type=local', { type: 'local', dest: 'x' }],
    ['type=tar,"dest=a,b.tar"', { type: 'tar', dest: 'a,b.tar' }],
    ['type=component', { type: 'component', dest: 'image.wasm' }],
  ])('reads %s', (text, output) => expect(parseOutput(text)).toEqual(output));

  it.each([
    '',
    '-',
    'type=zip,dest=x',
    'type=oci',
    'type=oci,dest=-',
    'type=oci,dest=x,foo=1',
    'type=oci,type=tar,dest=x',
  ])('refuses %j', (text) => expect(() => parseOutput(text)).toThrow(UsageError));
});

describe('--secret', () => {
  it.each([
    ['id=a,src=f', ['a', { file: 'f' }]],
    ['id=a,source=f', ['a', { file: 'f' }]],
    ['id=a,env=V', ['a', { variable: 'V' }]],
    ['id=a,type=env', ['a', { variable: 'a' }]],
    ['type=file,id=a', ['a', { file: 'a' }]],
    ['id=BOXER_TEST_NO_SUCH', ['BOXER_TEST_NO_SUCH', { file: 'BOXER_TEST_NO_SUCH' }]],
  ])('reads %s', (text, secret) => expect(parseSecret(text)).toEqual(secret));

  it.each(['', 'src=f', 'id=', 'id=a,foo=b', 'id=a,type=ssh', 'id=a,id=b'])('refuses %j', (text) => {
    expect(() => parseSecret(text)).toThrow(UsageError);
  });

  it('does not repeat what was given, which may be a secret', () => {
    expect(() => parseSecret('id=,src=hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});

describe('parseKeyValues', () => {
  // Oracle: Go's encoding/csv, which docker uses for such flags.
  it.each([
    ['a=1,b=2', { a: '1', b: '2' }],
    ['a', { a: '' }],
    ['"a=x,y",b=z', { a: 'x,y', b: 'z' }],
    ['"a=say ""hi"""', { a: 'say "hi"' }],
  ])('reads %s', (text, expected) => {
    expect(Object.fromEntries(parseKeyValues(text) ?? [])).toEqual(expected);
  });

  it.each(['', 'a=1,', 'a="x"', '"a=x', 'a=1,a=2', '=x'])('refuses %j', (text) => {
    expect(parseKeyValues(text)).toBeUndefined();
  });
});
