import { defaultPolicy, parsePolicy, PolicyInvalidError } from './index.ts';
import { Policy } from './schema.ts';

const parse = (text: string) => parsePolicy(text, 'box.yaml');

/** `line:column message` of every issue. */
async function issuesOf(text: string): Promise<string[]> {
  try {
    await parse(text);
  } catch (error) {
    if (!(error instanceof PolicyInvalidError)) throw error;
    return error.issues.map(
      ({ location, message }) => `${location.start.line}:${location.start.column} ${message}`,
    );
  }
  return [];
}

describe('a policy file', () => {
  it('denies everything that it does not mention', async () => {
    expect(await parse('version: 1')).toEqual(defaultPolicy);
    expect(Policy.parse({ version: 1 })).toEqual(defaultPolicy);
  });

  it('may be YAML or JSON', async () => {
    const yaml =
      'version: 1\nfilesystem:\n  - { host: ./data, guest: /data }\nenvironment: [HOME, A=b]\nfuel: 5\n';
    const json = JSON.stringify({
      version: 1,
      filesystem: [{ host: './data', guest: '/data', mode: 'ro' }],
      environment: ['HOME', 'A=b'],
      fuel: 5,
    });
    expect(await parse(yaml)).toEqual(await parse(json));
    expect((await parse(yaml)).filesystem).toEqual([{ host: './data', guest: '/data', mode: 'ro' }]);
  });

  // Lines and columns counted by hand in the text.
  it.each([
    { name: 'an unknown key', text: 'version: 1\nfilesytem: []\n', issue: '2:1 unknown key "filesytem"' },
    {
      name: 'an unknown key of a mount',
      text: 'version: 1\nfilesystem:\n  - host: .\n    guest: /a\n    readonly: true\n',
      issue: '5:5 unknown key "filesystem.0.readonly"',
    },
    {
      name: 'a value out of range',
      text: 'version: 1\nmemoryMiB: 1\n',
      issue: '2:12 memoryMiB: Too small: expected number to be >=16',
    },
    {
      name: 'a relative guest path',
      text: '{"version": 1,\n "tmpfs": ["tmp"]}',
      issue: '2:12 tmpfs.0: a guest path is absolute: it starts with "/"',
    },
    {
      name: 'a guest path that climbs',
      text: 'version: 1\ntmpfs: [/a/../..]',
      issue: '2:9 tmpfs.0: a guest path has no "." or ".." in it',
    },
    {
      name: 'a connection without a port',
      text: 'version: 1\nconnect: [example.com]',
      issue: '2:11 connect.0: write it as host:port; the port is required',
    },
    { name: 'an empty file', text: '', issue: '1:1 a policy is a mapping that starts with "version: 1"' },
    { name: 'a list', text: '- 1', issue: '1:1 a policy is a mapping that starts with "version: 1"' },
    { name: 'a missing version', text: 'fuel: 1', issue: '1:1 version: Invalid input: expected 1' },
    { name: 'a later version', text: 'version: 2', issue: '1:10 version: Invalid input: expected 1' },
    {
      name: 'a key given twice',
      text: 'version: 1\nfuel: 1\nfuel: 2\n',
      issue: '3:1 Map keys must be unique',
    },
    { name: 'a merge key', text: 'version: 1\n<<: { fuel: 1 }', issue: '2:1 unknown key "<<"' },
    {
      name: 'a key that names the prototype',
      text: 'version: 1\n__proto__: {}',
      issue: '2:1 unknown key "__proto__"',
    },
  ])('refuses $name and says where', async ({ text, issue }) => {
    expect(await issuesOf(text)).toEqual([issue]);
  });

  it('reports every issue at once', async () => {
    expect(await issuesOf('version: 1\nfuel: 0\ntypo: 1\n')).toHaveLength(2);
  });

  it.each([
    ['a tag', 'version: !!js/function "x"'],
    ['two documents', 'version: 1\n---\nversion: 1'],
    ['an unclosed list', 'version: 1\ntmpfs: ['],
    ['an oversized file', `# ${'x'.repeat(1_000_001)}`],
    [
      'aliases that multiply',
      ['version: 1', 'a: &a [1,1,1,1,1,1,1,1,1]']
        .concat(Array.from('bcdefghi').map((k, i) => `${k}: &${k} [${`*${'abcdefgh'[i]},`.repeat(9)}1]`))
        .join('\n'),
    ],
  ])('refuses %s', async (_, text) => {
    await expect(parse(text)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('is refused or read, never a crash, when cut anywhere', async () => {
    const text =
      'version: 1\nfilesystem:\n  - { host: "./d", guest: /data }\nenvironment: ["A=b"]\nfuel: 10\n';
    for (let length = 0; length < text.length; length++) {
      const outcome = await parse(text.slice(0, length)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(PolicyInvalidError);
    }
  });
});
