import { randomFillSync } from 'node:crypto';
import { BoxTrapError } from '../errors.ts';
import type { WasiContext, WasiInterface } from './wasi-host.ts';

const POOL_NUMBERS = 512;
const MAX_RANDOM_BYTES = 1024 * 1024;

/** Numbers from the host's generator, fetched many at a time. */
function randomNumbers(): () => bigint {
  const pool = new BigUint64Array(POOL_NUMBERS);
  let next = POOL_NUMBERS;
  return () => {
    if (next === POOL_NUMBERS) {
      randomFillSync(pool);
      next = 0;
    }
    const value = pool[next] ?? 0n;
    pool[next++] = 0n;
    return value;
  };
}

function randomBytes(memory: WasiContext['memory'], length: bigint, result: number): void {
  const size = BigInt.asUintN(64, length);
  if (size > BigInt(MAX_RANDOM_BYTES))
    throw new BoxTrapError(`the kernel wants ${size} random bytes at once`);
  memory.setNewBytes(result, randomFillSync(new Uint8Array(Number(size))));
}

/** `wasi:random/random@0.2.0` */
export function random({ memory }: WasiContext): WasiInterface {
  return {
    'get-random-bytes': (length: bigint, result: number) => randomBytes(memory, length, result),
    'get-random-u64': randomNumbers(),
  };
}

/** `wasi:random/insecure@0.2.0`: no less random than the other. */
export function insecureRandom({ memory }: WasiContext): WasiInterface {
  return {
    'get-insecure-random-bytes': (length: bigint, result: number) => randomBytes(memory, length, result),
    'get-insecure-random-u64': randomNumbers(),
  };
}

/** `wasi:random/insecure-seed@0.2.0` */
export function insecureSeed({ memory }: WasiContext): WasiInterface {
  const next = randomNumbers();
  return {
    'insecure-seed': (result: number) => {
      memory.setU64(memory.check(result, 16), next());
      memory.setU64((result >>> 0) + 8, next());
    },
  };
}
