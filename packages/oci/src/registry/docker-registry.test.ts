import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { RegistryAuthError } from '../errors.ts';
import { pullImage } from '../pull/pull-image.ts';
import { randomImage } from '../testing/random-image.ts';
import { temporaryDirectory, temporaryStore } from '../testing/temporary-store.ts';
import { validateImage } from '../validate-image.ts';
import { writeOciLayout } from '../write/write-images.ts';

/** Oracle: the registry that Docker Hub runs (github.com/distribution/distribution), filled by skopeo. */
const whyNot = whyNoCommand('docker-registry', 'skopeo');

// bcrypt of "secret" with 2^4 rounds, by npm bcryptjs.
const HTPASSWD = 'boxer:$2y$04$b6B6YiirwWmvLY/ZMiQAY.RxWvvQyDtFY3bOqoh7/ZPvoPNVeVNzK\n';

describeIf(whyNot, 'docker-registry', () => {
  const directory = temporaryDirectory();
  let server: ChildProcess;
  let host: string;

  beforeAll(async () => {
    host = `127.0.0.1:${await freePort()}`;
    writeFileSync(join(directory.path, 'htpasswd'), HTPASSWD);
    writeFileSync(join(directory.path, 'config.yml'), registryConfig(host, directory.path));
    server = spawn('docker-registry', ['serve', join(directory.path, 'config.yml')], { stdio: 'ignore' });
    await untilServing(host);
  }, 30_000);
  afterAll(() => {
    server.kill('SIGKILL');
    directory[Symbol.dispose]();
  });

  const credentials = async () => ({ kind: 'password', username: 'boxer', password: 'secret' }) as const;
  const push = (layout: string, name: string, ...options: string[]): void => {
    const target = ['--dest-tls-verify=false', '--dest-creds=boxer:secret', `docker://${host}/${name}`];
    execFileSync(
      'skopeo',
      ['--insecure-policy', '--override-arch=arm64', 'copy', ...options, `oci:${layout}:v1`, ...target],
      {
        stdio: 'pipe',
      },
    );
  };

  it.each([
    ['OCI', 'oci'],
    ['Docker schema 2', 'v2s2'],
  ])(
    'serves an image of type %s',
    async (_, format) => {
      using from = await temporaryStore();
      using to = await temporaryStore();
      const image = await randomImage(from.store, { layers: 3, fileBytes: 200_000 });
      const layout = join(directory.path, `layout-${format}`);
      await writeOciLayout([{ image, name: 'x:v1' }], layout);
      push(layout, `test/${format}:v1`, `--format=${format}`);
      const pulled = await pullImage(`${host}/test/${format}:v1`, {
        store: to.store,
        registry: { credentials },
      });
      expect(await validateImage(pulled)).toEqual([]);
      expect(pulled.config.config).toEqual(image.config.config);
      expect(pulled.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
      const byDigest = `${host}/test/${format}@${pulled.descriptor.digest}`;
      expect((await pullImage(byDigest, { store: to.store, registry: { credentials } })).config).toEqual(
        pulled.config,
      );
    },
    30_000,
  );

  it('refuses who has no credentials', async () => {
    using to = await temporaryStore();
    const pull = pullImage(`${host}/test/oci:v1`, {
      store: to.store,
      registry: { credentials: async () => undefined },
    });
    await expect(pull).rejects.toThrow(RegistryAuthError);
  });
});

function registryConfig(host: string, directory: string): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function untilServing(host: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (response !== undefined) return;
    await sleep(100);
  }
  throw new Error('docker-registry does not start');
}
