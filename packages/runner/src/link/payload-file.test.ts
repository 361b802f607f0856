import { BLOCK_SIZE_BYTES, payloadMethods } from '@boxer/abi';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { PayloadFile } from './payload-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'boxer-payload-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What numbers a kernel may make up: whatever fits into its types. */
const offsets = [-1, -(2 ** 63), 2 ** 53, 2 ** 63];

describe('the payload of an image', () => {
  const zeros = new Uint8Array(2 * BLOCK_SIZE_BYTES);
  const stored = deflateRawSync(zeros);
  const one = deflateRawSync(zeros.subarray(0, BLOCK_SIZE_BYTES));
  const path = join(folder, 'payload');
  let fd: number;
  let payload: PayloadFile;

  beforeAll(() => {
    writeFileSync(path, Buffer.concat([one, stored, Buffer.from('SECRET')]));
    fd = openSync(path, 'r');
    const data = [
      { fd, offset: 0, sizeBytes: one.length },
      { fd, offset: one.length, sizeBytes: stored.length },
    ];
    payload = new PayloadFile({ index: Buffer.from('index'), data });
  });
  afterAll(() => closeSync(fd));

  it('is read in blocks', () => {
    const target = new Uint8Array(BLOCK_SIZE_BYTES).fill(1);
    expect(payload.readBlock(0, one.length, payloadMethods.deflateRaw, target)).toBe(true);
    expect(target.every((byte) => byte === 0)).toBe(true);
  });

  // A kernel's memory is bounded; what inflating takes beside it must be, too.
  it('has none that are longer than blocks are', () => {
    const target = new Uint8Array(zeros.length);
    expect(payload.readBlock(one.length, stored.length, payloadMethods.deflateRaw, target)).toBe(false);
  });

  it.each(offsets)('has nothing at %d', (offset) => {
    const target = new Uint8Array(4);
    expect(payload.readData(offset, target)).toBe(false);
    expect(payload.readBlock(offset, 4, payloadMethods.stored, target)).toBe(false);
    expect([...target]).toEqual([0, 0, 0, 0]);
  });

  it('ends where its last range does', () => {
    const end = one.length + stored.length;
    for (const offset of [end, end - 1, end + 3])
      expect(payload.readData(offset, new Uint8Array(6))).toBe(false);
  });
});
