import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import { TestKernel } from './test-kernel.ts';

const text = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(3000));
const mixed = Buffer.concat([text.subarray(0, 30_000), randomBytes(20_000), Buffer.alloc(15_000)]);
const cases: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'one byte': Buffer.from('x'),
  text: text.subarray(0, 65_536),
  random: randomBytes(65_536),
  zeros: Buffer.alloc(65_536),
  mixed: mixed.subarray(0, 65_000),
};

// oracle: node:zlib
describe('inflate', () => {
  let kernel: TestKernel;
  let input = 0;
  let output = 0;
  beforeAll(async () => {
    kernel = await TestKernel.boot();
    input = kernel.exports.testAllocate(1 << 18);
    output = kernel.exports.testAllocate(1 << 18);
  }, 60_000);

  const inflate = (stored: Uint8Array, capacity: number): Buffer | number => {
    kernel.kernelBytes().set(stored, input);
    const n = kernel.exports.inflate(input, stored.length, output, capacity);
    return n < 0 ? n : Buffer.from(kernel.kernelBytes().slice(output, output + n));
  };

  const strategies = [
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ];
  it.each(Object.keys(cases))('restores %s at every level and strategy', (name) => {
    const plain = cases[name] as Buffer;
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of strategies) {
        const restored = inflate(deflateRawSync(plain, { level, strategy }), plain.length);
        expect(Buffer.isBuffer(restored) && restored.equals(plain)).toBe(true);
      }
    }
  });

  it('refuses truncated streams and too little room', () => {
    const stored = deflateRawSync(cases['mixed'] as Buffer);
    for (let cut = 0; cut < stored.length; cut += 211)
      expect(inflate(stored.subarray(0, cut), 65_000)).toBe(-1);
    expect(inflate(stored, 64_999)).toBe(-1);
  });

  it('survives every damaged byte', () => {
    const plain = text.subarray(0, 2000);
    const stored = deflateRawSync(plain);
    const guard = output + 2000;
    for (let at = 0; at < stored.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(stored);
        damaged.writeUInt8(damaged.readUInt8(at) ^ flip, at);
        kernel.kernelBytes().fill(0x77, guard, guard + 512);
        inflate(damaged, 2000);
        expect(
          kernel
            .kernelBytes()
            .subarray(guard, guard + 512)
            .every((byte) => byte === 0x77),
        ).toBe(true);
      }
    }
  });
});
