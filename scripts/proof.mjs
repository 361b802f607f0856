/**
 * `pnpm proof [cpython] [openssl]`: eighteen modules of CPython's own tests, and all that OpenSSL computes, in a box and under
 * qemu-aarch64; `pnpm jest e2e` does a part of them. Needs a build, and what e2e/README.md names; takes an hour.
 */
import { pnpm } from './run.mjs';

const suites = ['cpython', 'openssl'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`No such proof: ${unknown.join(', ')}. There are: ${suites.join(', ')}.`);
  process.exit(1);
}
process.env.BOXER_PROOF = 'all';
const files = (wanted.length > 0 ? wanted : suites).map((name) => `e2e/${name}.test.ts`);
pnpm('run', 'jest', ...files);
