/** Wraps packages/kernel/dist/kernel.wasm as dist/skeleton.wasm. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSkeleton } from '../dist/skeleton/build-skeleton.js';

const kernel = readFileSync(new URL('../../kernel/dist/kernel.wasm', import.meta.url));
const skeleton = await buildSkeleton(kernel);
mkdirSync(new URL('../dist/', import.meta.url), { recursive: true });
writeFileSync(new URL('../dist/skeleton.wasm', import.meta.url), skeleton);
