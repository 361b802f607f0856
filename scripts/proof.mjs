/**
 * `pnpm proof [cpython] [openssl] [modes]`: eighteen modules of CPython's own tests, and all that OpenSSL computes, in a box and
 * under qemu-aarch64; programs in boxes with each kind of translated code. `pnpm jest e2e` does a part of them. Needs a build,
 * and what e2e/README.md names; takes an hour and a half.
 */
import { passes } from './run.mjs';

const test = (name) => `e2e/${name}.test.ts`;

/** Tests that execute programs in boxes. Those of `translated` and `modes` choose modes themselves; builds execute in one only. */
const executing = ['command-line', 'esbuild', 'ripgrep', 'biome', 'debian', 'usage'].map(test);

/** Each gives the names of what failed. */
const suites = {
  cpython: () => failures({ cpython: () => passes([test('cpython')], { BOXER_PROOF: 'all' }) }),
  openssl: () => failures({ openssl: () => passes([test('openssl')], { BOXER_PROOF: 'all' }) }),
  modes() {
    const proofs = ['none', 'profile'].flatMap((aot) =>
      ['off', 'force'].map((jit) => [`--aot ${aot} --jit ${jit}`, () => passesIn(aot, jit)]),
    );
    return failures(Object.fromEntries(proofs));
  },
};

/** What images bring is used from the start: most of these boxes do not last until it would be otherwise. */
function passesIn(aot, jit) {
  return passes(executing, { BOXER_AOT: aot, BOXER_JIT: jit, BOXER_PACKS: 'force' });
}

function failures(proofs) {
  return Object.entries(proofs).flatMap(([name, prove]) => {
    console.log(`\n── ${name}`);
    return prove() ? [] : [name];
  });
}

const words = process.argv.slice(2);
const unknown = words.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`No such proof: ${unknown.join(', ')}. There are: ${Object.keys(suites).join(', ')}.`);
  process.exit(1);
}
const failed = (words.length > 0 ? words : Object.keys(suites)).flatMap((name) => suites[name]());
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}
