import { BoxTrapError } from '../errors.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

const POOL_NUMBERS = 512;
const MAX_RANDOM_BYTES = 1024 * 1024;

/** Numbers from the host's generator, fetched many at a time. */
function randomNumbers({ surroundings }: WasiContext): () => bigint {
  const pool = new BigUint64Array(POOL_NUMBERS);
  let next = POOL_NUMBERS;
  return () => {
    if (next === POOL_NUMBERS) {
      surroundings.fillRandom(new Uint8Array(pool.buffer));
      next = 0;
    }
    const value = pool[next] ?? 0n;
    pool[next++] = 0n;
    return value;
  };
}

function randomBytes({ memory, surroundings }: WasiContext, length: bigint, result: number): void {
  const size = BigInt.asUintN(64, length);
  if (size > BigInt(MAX_RANDOM_BYTES))
    throw new BoxTrapError(`the kernel wants ${size} random bytes at once`);
  const bytes = new Uint8Array(Number(size));
  surroundings.fillRandom(bytes);
  memory.setNewBytes(result, bytes);
}

/** `wasi:random/random@0.2.0` */
export function random(context: WasiContext): WasiInterface {
  return {
    'get-random-bytes': (length: bigint, result: number) => randomBytes(context, length, result),
    'get-random-u64': randomNumbers(context),
  };
}

/** `wasi:random/insecure@0.2.0`: no less random than the other. */
export function insecureRandom(context: WasiContext): WasiInterface {
  return {
    'get-insecure-random-bytes': (length: bigint, result: number) => randomBytes(context, length, result),
    'get-insecure-random-u64': randomNumbers(context),
  };
}

/** `wasi:random/insecure-seed@0.2.0` */
export function insecureSeed(context: WasiContext): WasiInterface {
  const { memory } = context;
  const next = randomNumbers(context);
  return {
    'insecure-seed': (result: number) => {
      memory.setU64(memory.check(result, 16), next());
      memory.setU64((result >>> 0) + 8, next());
    },
  };
}
