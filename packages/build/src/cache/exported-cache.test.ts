import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import {
  type BuildEvent,
  buildImage,
  type BuildOptions,
  type CacheOrigin,
  type CacheTarget,
} from '../index.ts';
import { FakeBox } from '../testing/fake-box.ts';

// bcrypt of "secret" with 2^4 rounds, by npm bcryptjs.
const HTPASSWD = 'boxer:$2y$04$b6B6YiirwWmvLY/ZMiQAY.RxWvvQyDtFY3bOqoh7/ZPvoPNVeVNzK\n';

/** Expectations: docs.docker.com/build/cache/backends (modes, what is exported, that a missing cache is no error). */
describe('an exported cache', () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'boxer-exported-'));
    mkdirSync(join(work, 'context'));
    writeFileSync(join(work, 'context', 'a.txt'), 'A\n');
    writeFileSync(join(work, 'context', 'Dockerfile'), dockerfile);
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const dockerfile =
    'FROM scratch AS tools\nCOPY a.txt /\nRUN tool\nFROM scratch\nCOPY --from=tools /tool /copied\nRUN main\nLABEL a=b\n';

  /** Builds on a machine of its own. @returns which commands were executed, the bytes written, and what was said */
  async function build(machine: string, options: Partial<BuildOptions> = {}) {
    const box = new FakeBox(({ argv }) => ({
      changes: (made) => void made.file(argv.at(-1) ?? '', 'X'),
    }));
    const events: BuildEvent[] = [];
    const dest = join(work, `${machine}.wasm`);
    await buildImage(
      {
        contextDirectory: join(work, 'context'),
        output: { type: 'component', dest },
        cacheDirectory: join(work, machine),
        onEvent: (event) => events.push(event),
        ...options,
      },
      { box },
    );
    const said = events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
    return { commands: box.requests.map(({ argv }) => argv.at(-1)), bytes: readFileSync(dest), said };
  }
  const local = (): CacheOrigin => ({ type: 'local', directory: join(work, 'out'), tag: undefined });
  const toLocal = (mode: 'min' | 'max'): CacheTarget => ({
    type: 'local',
    directory: join(work, 'out'),
    tag: 'latest',
    mode,
    ignoreError: false,
  });

  it.each([
    ['max', []],
    ['min', ['tool']],
  ] as const)('of mode %s spares another machine its steps', async (mode, expected) => {
    const first = await build('one', { cacheTo: [toLocal(mode)] });
    expect(first.commands).toEqual(['tool', 'main']);
    const second = await build('two', { cacheFrom: [local()] });
    expect(second.commands).toEqual(expected);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    // What was imported is this machine's own from then on.
    rmSync(join(work, 'out'), { recursive: true });
    expect((await build('two')).commands).toEqual([]);
  });

  it('is an OCI layout, written again with what is new', async () => {
    await build('one', { cacheTo: [toLocal('max')] });
    const before = readdirSync(join(work, 'out', 'blobs', 'sha256'));
    const skopeo = spawnSync('skopeo', ['inspect', '--raw', `oci:${join(work, 'out')}:latest`], {
      encoding: 'utf8',
    });
    if (skopeo.error === undefined) {
      const manifest = JSON.parse(skopeo.stdout) as { config: { mediaType: string }; layers: object[] };
      expect(manifest.config.mediaType).toBe('application/vnd.boxer.cache.config.v1+json');
      expect(manifest.layers).toHaveLength(4);
    }
    appendFileSync(join(work, 'context', 'Dockerfile'), 'RUN more\n');
    await build('one', { cacheTo: [toLocal('max')] });
    const after = readdirSync(join(work, 'out', 'blobs', 'sha256'));
    expect(after).toEqual(expect.arrayContaining(before));
    // The new layer, a config and a manifest.
    expect(after).toHaveLength(before.length + 3);
    expect((await build('two', { cacheFrom: [local()] })).commands).toEqual([]);
  });

  it('that is missing, damaged or something else is passed over, and that is said', async () => {
    const missing = await build('one', { cacheFrom: [local()] });
    expect(missing.commands).toHaveLength(2);
    expect(missing.said).toContain('The cache is not used');
    await build('one', { cacheTo: [toLocal('max')] });
    const blobs = join(work, 'out', 'blobs', 'sha256');
    for (const name of readdirSync(blobs)) {
      const bytes = readFileSync(join(blobs, name));
      if (bytes.includes('BXLAYER1')) writeFileSync(join(blobs, name), bytes.fill(0, 0, 20));
    }
    const damaged = await build('two', { cacheFrom: [local()] });
    expect(damaged.commands).toEqual(['tool', 'main']);
    expect((await build('one')).bytes.equals(missing.bytes)).toBe(true);
    await build('three', { output: { type: 'oci', dest: join(work, 'three.wasm') } });
    const image = { type: 'local', directory: join(work, 'three.wasm'), tag: undefined } as const;
    expect((await build('four', { cacheFrom: [image] })).said).toContain('it is not of type');
  });

  it('that cannot be written fails the build, unless it says otherwise', async () => {
    writeFileSync(join(work, 'out'), 'a file in its place');
    await expect(build('one', { cacheTo: [toLocal('min')] })).rejects.toThrow('out');
    const ignored = await build('one', { cacheTo: [{ ...toLocal('min'), ignoreError: true }] });
    expect(ignored.said).toContain('The cache is not exported');
  });

  describeIf(whyNoCommand('docker-registry'), 'in docker-registry', () => {
    let server: ChildProcess;
    let host: string;
    const configured = process.env['DOCKER_CONFIG'];
    afterEach(() => {
      server.kill('SIGKILL');
      if (configured === undefined) delete process.env['DOCKER_CONFIG'];
      else process.env['DOCKER_CONFIG'] = configured;
    });

    async function serve(withPassword: boolean): Promise<void> {
      host = `127.0.0.1:${await freePort()}`;
      const htpasswd = { htpasswd: { realm: 'test', path: join(work, 'htpasswd') } };
      const config = {
        version: 0.1,
        log: { level: 'error' },
        storage: { filesystem: { rootdirectory: join(work, 'registry') } },
        http: { addr: host },
        ...(withPassword ? { auth: htpasswd } : {}),
      };
      writeFileSync(join(work, 'htpasswd'), HTPASSWD);
      writeFileSync(join(work, 'registry.yml'), JSON.stringify(config));
      server = spawn('docker-registry', ['serve', join(work, 'registry.yml')], { stdio: 'ignore' });
      for (let tries = 0; ; tries++) {
        const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
        if (answer !== undefined) return;
        if (tries > 100) throw new Error('docker-registry does not start');
        await delay(100);
      }
    }
    const reference = () => `${host}/team/cache:main`;
    const target = (): CacheTarget => ({
      type: 'registry',
      reference: reference(),
      mode: 'max',
      ignoreError: false,
    });
    const logIn = (password: string) => {
      const auth = Buffer.from(`boxer:${password}`).toString('base64');
      writeFileSync(join(work, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
      process.env['DOCKER_CONFIG'] = work;
    };

    it.each([
      ['without', false],
      ['with', true],
    ])(
      '%s a password spares another machine its steps',
      async (_, withPassword) => {
        await serve(withPassword);
        logIn('secret');
        const first = await build('one', { cacheTo: [target()] });
        const origin = { type: 'registry', reference: reference() } as const;
        const second = await build('two', { cacheFrom: [origin] });
        expect(second.commands).toEqual([]);
        expect(second.bytes.equals(first.bytes)).toBe(true);
        expect(existsSync(join(work, 'registry', 'docker', 'registry', 'v2', 'repositories', 'team'))).toBe(
          true,
        );
        // Once more: nothing has to be sent.
        await build('one', { cacheTo: [target()] });
      },
      60_000,
    );

    it('with another password is refused', async () => {
      await serve(true);
      logIn('wrong');
      await expect(build('one', { cacheTo: [target()] })).rejects.toMatchObject({
        code: 'OCI_REGISTRY_AUTH',
      });
      const origin = { type: 'registry', reference: reference() } as const;
      expect((await build('two', { cacheFrom: [origin] })).said).toContain('The cache is not used');
    }, 60_000);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
