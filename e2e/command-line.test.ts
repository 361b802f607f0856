import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowTime, boxer, boxerOk, command, root, temporaryDirectory } from './support/boxer.ts';

allowTime(300_000);

describe('boxer build', () => {
  const work = temporaryDirectory();
  const env = { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') };
  const context = join(work, 'context');
  const build = (dockerfile: string, ...args: string[]) => {
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    return boxer(['build', context, '-o', join(work, 'out.wasm'), ...args], { env });
  };

  beforeAll(() => {
    mkdirSync(context);
    writeFileSync(join(context, 'a.txt'), 'A\n');
  });

  it('writes a component and says what it is', () => {
    const { status, stdout } = build('FROM scratch\nCOPY a.txt /\n');
    expect(status).toBe(0);
    expect(stdout).toMatch(/out\.wasm {2}sha256:[0-9a-f]{64} {2}[\d.]+[kMG]?B\n$/);
    // The preamble of a component. Source: WebAssembly component model, Binary.md.
    expect(readFileSync(join(work, 'out.wasm')).subarray(0, 8).toString('hex')).toBe('0061736d0d000100');
  });

  it('writes equal files for equal input', () => {
    build('FROM scratch\nWORKDIR /w\nCOPY a.txt d/\nLABEL a=b\n');
    const first = readFileSync(join(work, 'out.wasm'));
    build('FROM scratch\nWORKDIR /w\nCOPY a.txt d/\nLABEL a=b\n');
    expect(readFileSync(join(work, 'out.wasm')).equals(first)).toBe(true);
  });

  it('shows the place of a mistake, with BuildKit’s words', () => {
    const { status, stderr } = build('FROM scratch\n\nCOPY nope /\n');
    expect(status).toBe(1);
    expect(stderr).toContain('"/nope": not found');
    expect(stderr).toMatch(/Dockerfile:3\n-+\n *1 \| +FROM scratch\n *2 \|\n *3 \| >>> COPY nope \/\n-+\n/);
    expect(stderr).toMatch(/\ncode: [A-Z_]+\nhint: .+\n$/);
  });

  it.each([
    ['COPPY a /\n', 'unknown instruction: COPPY'],
    ['COPY --foo a.txt /\n', 'unknown flag: --foo'],
    ['RUN --mount=type=foo true\n', 'unsupported mount type "foo"'],
  ])('refuses %j', (line, message) => {
    const { status, stderr } = build(`FROM scratch\n${line}`);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });

  it('leaves nothing behind when it fails', () => {
    const target = join(work, 'failed.wasm');
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY a.txt /a\nCOPY nope /\n');
    expect(boxer(['build', context, '-o', target], { env }).status).toBe(1);
    expect(readdirSync(work).filter((name) => name.includes('failed'))).toEqual([]);
    expect(readdirSync(join(work, 'cache', 'builds'))).toEqual([]);
  });

  it('shows progress as plain lines and as JSON', () => {
    const plain = build('FROM scratch\nCOPY a.txt /b\n', '--progress', 'plain').stderr;
    expect(plain).toMatch(/^#\d+ \[[\d/]+\] COPY a\.txt \/b\n#\d+ (CACHED|DONE \d+\.\ds)$/m);
    const events = build('FROM scratch\nCOPY a.txt /b\n', '--progress', 'json')
      .stderr.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['started', 'cached', 'done']));
  });

  it('finds mistakes without building', () => {
    const { status, stdout } = build('FROM scratch\nMAINTAINER me\nCOPY a.txt /\n', '--check');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^Check complete, 1 warning has been found!\n\nWARNING: MaintainerDeprecated - https:/,
    );
  });

  it.each([
    [['--nope'], /nope/],
    [['--progress', 'fancy'], /progress/],
    [['--secret', 'src=x'], /id=ID/],
    [['--output', 'type=zip,dest=x'], /type/],
    [['--build-context', 'x'], /NAME=SRC/],
    [['-', '-f', '-'], /can't use stdin for both build context and dockerfile/],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = boxer(['build', ...args], { env });
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('code: CLI_USAGE');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('boxer inspect', () => {
  const work = temporaryDirectory();
  const env = { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') };
  const image = join(work, 'x.wasm');

  beforeAll(() => {
    writeFileSync(
      join(work, 'Dockerfile'),
      'FROM scratch\nCOPY Dockerfile /d/\nENV A=1\nCMD ["/x", "y"]\nLABEL l=m\n',
    );
    boxerOk(['build', work, '-o', image], { env });
  });

  it('shows config, layers, parts and imports', () => {
    const { stdout } = boxerOk(['inspect', image]);
    for (const fact of [
      '["/x","y"]',
      'A=1',
      'COPY Dockerfile /d/',
      'kernel',
      'payload',
      'wasi:',
      'linux/arm64',
    ]) {
      expect(stdout).toContain(fact);
    }
  });

  it('writes JSON', () => {
    const { metadata, imports } = JSON.parse(boxerOk(['inspect', '--json', image]).stdout) as {
      metadata: {
        imageConfig: { config: { Cmd: string[]; Labels: Record<string, string> } };
        layers: { createdBy: string }[];
      };
      imports: string[];
    };
    expect(metadata.imageConfig.config).toMatchObject({ Cmd: ['/x', 'y'], Labels: { l: 'm' } });
    expect(metadata.layers.map(({ createdBy }) => createdBy)).toEqual(['COPY Dockerfile /d/ # buildkit']);
    expect(imports.every((name) => name.startsWith('wasi:'))).toBe(true);
  });

  it.each([
    ['a file that is no component', 'FROM scratch'],
    ['an empty file', ''],
  ])('refuses %s', (_, content) => {
    writeFileSync(join(work, 'bad.wasm'), content);
    const { status, stderr } = boxer(['inspect', join(work, 'bad.wasm')]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error: Cannot .*\ncode: [A-Z_]+\n/);
  });

  it('refuses a component that is cut off', () => {
    const cut = join(work, 'cut.wasm');
    writeFileSync(cut, readFileSync(image));
    truncateSync(cut, 5000);
    expect(boxer(['inspect', cut]).status).toBe(125);
    expect(boxer(['run', cut]).status).toBe(125);
  });
});

describe('boxer run', () => {
  const work = temporaryDirectory();

  it.each([
    [[], /needs an image/],
    [['--nope', 'x.wasm'], /unknown flag: --nope/],
    [['--memory', 'lots', 'x.wasm'], /lots/],
    [['--timeout', '-1s', 'x.wasm'], /-1s/],
    [['-v', 'relative', 'x.wasm'], /mount/],
    [['/no/such/file.wasm'], /file\.wasm/],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = boxer(['run', ...args]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('refuses a policy with a key it does not know, and says where', () => {
    const policy = join(work, 'policy.yaml');
    writeFileSync(policy, 'version: 1\nfilesytem: []\n');
    const { status, stderr } = boxer(['run', '--policy', policy, 'x.wasm']);
    expect(status).toBe(125);
    expect(stderr).toContain('policy.yaml:2:1');
    expect(stderr).toContain('filesytem');
  });

  it('shows its help', () => {
    const { status, stdout } = boxer(['run', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--max-output');
    expect(stdout).toContain('Nothing is granted by default');
  });
});

describe('boxer', () => {
  it.each([[['--help']], [['help', 'build']], [['--version']]])('%j succeeds', (args) => {
    expect(boxer(args)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    [['biuld'], 'unknown command: biuld (did you mean build?)'],
    [['cache', 'prun'], 'unknown command: cache prun (did you mean cache prune?)'],
    [['build', '--chek'], 'unknown flag: --chek (did you mean --check?)'],
    [['build', '-t', 'name', '.'], 'unknown flag: -t\ncode: CLI_USAGE\nhint: An image is a file'],
    [
      ['run', '-p', '80:80', 'x.wasm'],
      'unknown shorthand flag: "p" in -p\ncode: CLI_USAGE\nhint: Leave it out: a box has no network',
    ],
  ])('refuses %j, and says what may be meant', (words, message) => {
    const { status, stderr } = boxer(words);
    expect(status).toBe(125);
    expect(stderr).toContain(`error: ${message}`);
  });

  // Node 20 reads --env-file wherever it stands, unless it is told where its own flags end.
  it('reads --env-file itself', () => {
    const { status, stderr } = command(join(root, 'boxer'), ['run', '--env-file', '/no/such', 'x.wasm']);
    expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining('CLI_FILE') });
  });

  it.each(['cache du', '--help'])(
    'says so when the result of %s cannot be written, since the disk is full',
    (words) => {
      const line = [process.execPath, join(root, 'boxer'), ...words.split(' ')]
        .map((each) => `'${each}'`)
        .join(' ');
      const { status, stderr } = command('sh', ['-c', `${line} > /dev/full`]);
      expect(status).toBe(125);
      expect(stderr).toMatch(/^error: ENOSPC.*\ncode: HOST_ENOSPC\n/);
      expect(stderr).not.toMatch(/^ +at /m);
    },
  );
});

describe('boxer image', () => {
  const work = temporaryDirectory();
  const env = (cache: string) => ({ ...process.env, BOXER_CACHE_DIR: join(work, cache) });
  const archive = join(work, 'image.tar');

  beforeAll(() => {
    mkdirSync(join(work, 'context'));
    writeFileSync(join(work, 'context', 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /f\nENV a=b\n');
    boxerOk(['build', join(work, 'context'), '--output', `type=oci,dest=${archive}`], { env: env('first') });
    boxerOk(['image', 'load', '--name', 'my/base:1', archive], { env: env('first') });
  });

  // Oracle: skopeo copies what docker save writes in the same way; here, both forms hold the same config and files.
  it.each(['docker', 'oci'])('saves what another machine loads, as %s', (form) => {
    const saved = join(work, `${form}.tar`);
    boxerOk(['image', 'save', '--format', form, '-o', saved, 'my/base:1'], { env: env('first') });
    const loaded = boxerOk(['image', 'load', saved], { env: env(form) });
    expect(loaded.stdout).toMatch(/^docker\.io\/my\/base:1 {2}sha256:[0-9a-f]{64}\n$/);
    writeFileSync(join(work, 'context', 'child.Dockerfile'), 'FROM my/base:1\nCOPY --from=my/base:1 /f /g\n');
    const child = ['build', join(work, 'context'), '-f', 'child.Dockerfile'];
    boxerOk([...child, '--output', `type=local,dest=${join(work, `${form}-files`)}`], { env: env(form) });
    expect(readdirSync(join(work, `${form}-files`)).sort()).toEqual(['f', 'g']);
  });

  it('says so when there is nothing to save or remove', () => {
    for (const words of [
      ['save', '-o', join(work, 'none.tar'), 'nope'],
      ['rm', 'nope'],
    ]) {
      const { status, stderr } = boxer(['image', ...words], { env: env('first') });
      expect(status).toBe(125);
      expect(stderr).toContain('nope: there is no such image\ncode: CLI_NO_SUCH_IMAGE\n');
    }
    expect(readdirSync(work)).not.toContain('none.tar');
  });
});
