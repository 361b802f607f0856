/**
 * Applies a synthetic layer and writes its payload: how long it takes, and whether memory stays bounded.
 *
 *     node bench/large-layer.mjs [MIB=1024] [FILES=40000] [none|gzip|zstd-file PATH]
 *
 * Needs a build (`pnpm build`). Exits with 1 when the peak of resident memory is above 400 MiB.
 */
import { createReadStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import {
  applyLayer,
  encodeTarHeader,
  PayloadReader,
  Spool,
  tarPadding,
  tarTrailer,
  Tree,
  writePayload,
} from '../dist/index.js';

const [mebibytes = '1024', files = '40000', compression = 'none', path] = process.argv.slice(2);
const LIMIT_MIB = 400;

/** Text of 64 KiB windows that deflate halves roughly, different in every file. */
async function* layer(totalBytes, fileCount) {
  const noise = Buffer.alloc(1 << 20);
  for (let at = 0, state = 1; at < noise.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    noise.writeUInt32LE(at % 64 < 32 ? state : at >>> 10, at);
  }
  const average = Math.floor(totalBytes / fileCount);
  for (let index = 0; index < fileCount; index++) {
    const sizeBytes = index % 100 === 0 ? average * 51 : Math.floor(average / 2);
    const name = `usr/lib/d${index % 977}/file-${index}`;
    yield encodeTarHeader({
      type: 'file',
      name,
      linkName: '',
      permissions: 0o644,
      uid: 0,
      gid: 0,
      mtime: { seconds: index, nanoseconds: 0 },
      sizeBytes,
      deviceMajor: 0,
      deviceMinor: 0,
      xattrs: new Map(),
    });
    for (let done = 0; done < sizeBytes;) {
      const from = (index * 4099 + done) % (noise.length / 2);
      const chunk = noise.subarray(from, from + Math.min(65536, sizeBytes - done));
      yield chunk;
      done += chunk.length;
    }
    yield tarPadding(sizeBytes);
  }
  yield tarTrailer;
}

const source = () => {
  if (compression === 'zstd-file') return createReadStream(path, { highWaterMark: 1 << 18 });
  const tar = layer(Number(mebibytes) * 2 ** 20, Number(files));
  return compression === 'gzip' ? Readable.from(tar).pipe(createGzip({ level: 1 })) : tar;
};

const output = join(tmpdir(), `boxer-large-layer-${process.pid}`);
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
const spool = await Spool.create();
try {
  let start = performance.now();
  const tree = new Tree();
  const applied = await applyLayer(tree, source(), { spool });
  console.log(
    `apply   ${seconds(start)} s  ${applied.entries} entries  ${(applied.contentBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  start = performance.now();
  const { indexBytes, dataBytes, blocks } = await writePayload(tree, [], output);
  console.log(`payload ${seconds(start)} s  ${blocks} blocks  index ${indexBytes} B  data ${dataBytes} B`);
  start = performance.now();
  const reader = await PayloadReader.open(output);
  reader.toTree();
  await reader.close();
  console.log(`index   ${seconds(start)} s`);
} finally {
  await spool.close();
  rmSync(output, { force: true });
}
const peak = process.resourceUsage().maxRSS / 1024;
console.log(`peak RSS ${peak.toFixed(0)} MiB`);
process.exitCode = peak > LIMIT_MIB ? 1 : 0;
