import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpSource } from '@boxer/dockerfile';
import { readContent, Spool } from '@boxer/fsimage';
import { Progress } from '../progress/progress.ts';
import { fetchUrl } from './fetch-url.ts';

describe('fetchUrl', () => {
  let server: Server;
  let base: string;
  let spool: Spool;

  beforeAll(async () => {
    spool = await Spool.create();
    server = createServer((request, response) => {
      if (request.url === '/file') {
        response.setHeader('last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT').end('content');
      } else if (request.url === '/moved') response.writeHead(302, { location: '/file' }).end();
      else if (request.url === '/cut') {
        response.setHeader('content-length', '100').write('part', () => response.destroy());
      } else response.writeHead(404).end('nothing here');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await spool.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const fetching = (path: string, checksum?: string) => {
    const source: HttpSource = { kind: 'http', url: base + path, filename: 'f', checksum, unpack: false };
    return new Progress().job('ADD', (job) => fetchUrl(source, { spool, job, signal: undefined }));
  };

  it.each(['/file', '/moved'])('fetches %s: mode 0600, time of Last-Modified', async (path) => {
    const { content, attributes } = await fetching(path);
    expect(String(await readContent(content))).toBe('content');
    // Oracle: `date -d 'Wed, 21 Oct 2015 07:28:00 GMT' +%s`.
    expect(attributes).toMatchObject({ permissions: 0o600, uid: 0, gid: 0, mtime: { seconds: 1445412480 } });
  });

  // Oracle: `printf content | sha256sum`, `… | sha512sum`.
  it.each([
    'sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
    'sha512:b2d1d285b5199c85f988d03649c37e44fd3dde01e5d69c50fef90651962f48110e9340b60d49a479c4c0b53f5f07d690686dd87d2481937a512e8b85ee7c617f',
  ])('verifies %s', async (checksum) => {
    expect((await fetching('/file', checksum)).content.sizeBytes).toBe(7);
    const other = checksum.replace(/.$/, '0');
    await expect(fetching('/file', other)).rejects.toThrow(`digest mismatch ${checksum}: ${other}`);
  });

  it.each([
    ['/nope', 'invalid response status 404'],
    ['/cut', 'Cannot fetch'],
  ])('refuses %s', async (path, message) => expect(fetching(path)).rejects.toThrow(message));

  it('names a server that is not there', async () => {
    const source: HttpSource = {
      kind: 'http',
      url: 'http://127.0.0.1:9/x',
      filename: 'x',
      checksum: undefined,
      unpack: false,
    };
    const building = new Progress().job('ADD', (job) => fetchUrl(source, { spool, job, signal: undefined }));
    await expect(building).rejects.toMatchObject({
      code: 'BUILD_DOWNLOAD',
      message: expect.stringContaining('127.0.0.1:9'),
    });
  });
});
