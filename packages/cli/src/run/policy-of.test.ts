import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors/usage-error.ts';
import { parseRunArguments } from './parse-run-arguments.ts';
import { policyOf } from './policy-of.ts';

describe('boxer run', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-policy-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  async function policyFor(...words: string[]) {
    const request = parseRunArguments([...words, 'image.wasm']);
    if (request === undefined) throw new TypeError('help was asked for');
    return policyOf(request);
  }

  it('gives everything behind the image to the box', () => {
    const request = parseRunArguments(['-it', '-e', 'A', 'x.wasm', '-v', '--', '--help']);
    expect(request).toMatchObject({ image: 'x.wasm', command: ['-v', '--', '--help'] });
    expect([request?.on('interactive'), request?.on('tty'), request?.on('strace')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([[[]], [['-i']], [['--']], [['']]])('needs an image: %j', (words) => {
    expect(() => parseRunArguments(words)).toThrow(UsageError);
  });

  it('knows when help is asked for', () => expect(parseRunArguments(['--help'])).toBeUndefined());

  it('grants nothing by itself', async () => {
    expect(await policyFor()).toMatchObject({
      filesystem: [],
      environment: [],
      connect: [],
      tmpfs: [],
      readonly: false,
    });
  });

  it('takes grants and budgets from flags', async () => {
    writeFileSync(join(work, 'vars'), '# comment\nFROM_FILE=1\nA=file\n');
    const grants = [
      '-v',
      'here:/data:ro',
      '--env-file',
      join(work, 'vars'),
      '-e',
      'A=flag',
      '-e',
      'B',
      '--tmpfs',
      '/t',
    ];
    const budgets = ['-m', '64m', '--fuel', '2k', '--timeout', '1.5s', '--max-output', '1k', '--read-only'];
    const policy = await policyFor(...grants, ...budgets);
    expect(policy).toMatchObject({
      filesystem: [{ host: resolve('here'), guest: '/data', mode: 'ro' }],
      environment: ['FROM_FILE=1', 'A=flag', 'B'],
      memoryMiB: 64,
      fuel: 2000,
      timeoutMs: 1500,
      maxOutputBytes: 1024,
      tmpfs: ['/t'],
      readonly: true,
    });
  });

  it('puts flags on top of a policy file, whose paths start at its folder', async () => {
    mkdirSync(join(work, 'policies'));
    const path = join(work, 'policies', 'p.yaml');
    writeFileSync(
      path,
      'version: 1\nmemoryMiB: 100\ntimeoutMs: 5\nfilesystem:\n  - { host: data, guest: /data }\n',
    );
    expect(await policyFor('--policy', path, '--timeout', '7ms')).toMatchObject({
      filesystem: [{ host: join(work, 'policies', 'data'), guest: '/data', mode: 'ro' }],
      memoryMiB: 100,
      timeoutMs: 7,
    });
  });

  it.each([
    [['--policy', '/no/such/policy.yaml'], 'CLI_FILE'],
    [['--env-file', '/no/such/file'], 'CLI_FILE'],
    [['-m', 'lots'], 'POLICY_FLAG_INVALID'],
    [['-v', 'x'], 'POLICY_FLAG_INVALID'],
  ])('refuses %j', async (words, code) => expect(policyFor(...words)).rejects.toMatchObject({ code }));
});
