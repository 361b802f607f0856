import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeIf } from '@boxer/foundation/testing';
import type { Image } from '../image.ts';
import { openImage } from '../image.ts';
import { randomImage } from '../testing/random-image.ts';
import { type Interception, RegistryServer } from '../testing/registry-server.ts';
import { temporaryDirectory, temporaryStore } from '../testing/temporary-store.ts';
import { BlobStore } from '../store/blob-store.ts';
import { validateImage } from '../validate-image.ts';

/** Other processes run what was built, as users do. */
const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const whyNot = existsSync(built) ? undefined : 'it needs a build, run `pnpm build`';

/** Pulls in a process of its own. */
function pullElsewhere(reference: string, directory: string): { kill: () => void; ended: Promise<string> } {
  const script = `
    import { BlobStore, pullImage } from ${JSON.stringify(built)};
    const image = await pullImage(${JSON.stringify(reference)}, { store: await BlobStore.open(${JSON.stringify(directory)}) });
    console.log(image.descriptor.digest);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], DOCKER_CONFIG: '/nonexistent' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(output.trim())));
  return { kill: () => void child.kill('SIGKILL'), ended };
}

async function withRegistry(
  intercept: Interception,
  test: (registry: RegistryServer, image: Image, directory: string) => Promise<void>,
): Promise<void> {
  using origin = await temporaryStore();
  using directory = temporaryDirectory();
  await using registry = await RegistryServer.start({ intercept });
  const image = await randomImage(origin.store, { layers: 3, fileBytes: 2_000_000 });
  await registry.add('test/image', 'v1', image);
  await test(registry, image, directory.path);
}

describeIf(whyNot, 'several processes with one store', () => {
  it('may pull the same image at the same time', async () => {
    await withRegistry(
      () => false,
      async (registry, image, directory) => {
        const pulls = [1, 2, 3].map(() => pullElsewhere(`${registry.host}/test/image:v1`, directory).ended);
        expect(await Promise.all(pulls)).toEqual(Array(3).fill(image.descriptor.digest));
        const store = await BlobStore.open(directory);
        expect(await validateImage(await openImage(store, image.descriptor.digest))).toEqual([]);
        expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
      },
    );
  }, 30_000);

  it('may be killed at any moment: no blob is ever half there, and the next pull succeeds', async () => {
    let kill = (): void => undefined;
    let isSlow = true;
    await withRegistry(
      (request, response) => {
        if (!isSlow || !request.url?.includes('/blobs/')) return false;
        // Some bytes of a layer are sent, then the puller is killed.
        response.writeHead(200);
        response.write(Buffer.alloc(100_000), () => setTimeout(kill, 50));
        return true;
      },
      async (registry, image, directory) => {
        // The config comes through, the layers do not.
        const first = pullElsewhere(`${registry.host}/test/image:v1`, directory);
        kill = first.kill;
        await first.ended;
        const store = await BlobStore.open(directory);
        expect(await store.list()).toEqual([]);
        isSlow = false;
        expect(await pullElsewhere(`${registry.host}/test/image:v1`, directory).ended).toBe(
          image.descriptor.digest,
        );
        expect(await validateImage(await openImage(store, image.descriptor.digest))).toEqual([]);
      },
    );
  }, 30_000);
});
