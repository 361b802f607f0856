import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultBuildPolicy, readBuildPolicy } from './build-policy.ts';

describe('the policy of a build', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-build-policy-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  const written = (text: string) => {
    const path = join(work, 'policy.yaml');
    writeFileSync(path, `version: 1\n${text}`);
    return path;
  };

  it('grants nothing when there is none', async () => {
    expect(await readBuildPolicy(undefined)).toBe(defaultBuildPolicy);
    expect(defaultBuildPolicy).toMatchObject({ filesystem: [], environment: [], connect: [] });
    expect(defaultBuildPolicy.timeoutMs).toBeDefined();
  });

  it('takes budgets', async () => {
    expect(await readBuildPolicy(written('memoryMiB: 64\ntimeoutMs: 5\n'))).toMatchObject({
      memoryMiB: 64,
      timeoutMs: 5,
    });
  });

  it('keeps the limits that the file does not name', async () => {
    expect(await readBuildPolicy(written('fuel: 9\n'))).toEqual({ ...defaultBuildPolicy, fuel: 9 });
  });

  it.each([
    ['filesystem: [{ host: /, guest: /host }]\n', 'it grants filesystem'],
    ['environment: [TOKEN]\n', 'it grants environment'],
    ['connect: ["example.com:443"]\n', 'it grants connect'],
    ['memory: 5\n', 'policy.yaml:2:1'],
  ])('refuses %j', async (text, message) => {
    await expect(readBuildPolicy(written(text))).rejects.toThrow(message);
  });

  it('names a file that is not there', async () => {
    await expect(readBuildPolicy(join(work, 'nope.yaml'))).rejects.toMatchObject({ code: 'BUILD_INPUT' });
  });
});
