/**
 * CPython's own tests of arithmetic, formatting, hashing and compression in a box. Oracle: the same tests of the same
 * Debian under qemu-aarch64; each must end alike, skipped ones for the same reason.
 */
import { allowTime, describeIf, type Outcome, temporaryDirectory } from './support/boxer.ts';
import { everything, Proof, whyNoProof } from './support/proof.ts';

allowTime(3_600_000);

/** About ten seconds of processor time each in a box, twenty under qemu. */
const quick = ['test_cmath', 'test_float'];
/** `pnpm proof cpython`: a quarter of an hour of processor time, two thirds of it qemu's. */
const slow = [
  'struct math array long zlib random hashlib decimal',
  'complex strtod format int fractions numeric_tower pow binascii',
]
  .flatMap((names) => names.split(' '))
  .map((name) => `test_${name}`);

describeIf(whyNoProof(), 'CPython’s own tests end in a box as under qemu', () => {
  const work = temporaryDirectory();
  let proof: Proof;
  beforeAll(() => (proof = new Proof(work)));

  it.each(everything ? [...quick, ...slow] : quick)('%s', (module) => {
    // The report goes to standard output, the progress to standard error. Random tests have the same seed.
    const report = '/tmp/report.xml';
    const script = `python3 -m test --randseed 1 --junit-xml ${report} ${module} >&2; cat ${report}`;
    const [actual, expected] = [outcomes(proof.inBox(script)), outcomes(proof.underQemu(script))];
    expect(Object.values(expected).filter((outcome) => outcome === 'passed').length).toBeGreaterThan(10);
    expect(actual).toEqual(expected);
  });
});

/** How each test ended, by name. */
function outcomes({ stdout, stderr }: Outcome): Readonly<Record<string, string>> {
  if (!stdout.includes('<testsuites')) throw new Error(`No report: ${stdout}\n${stderr}`);
  const cases = stdout.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs);
  return Object.fromEntries(
    [...cases].map(([, name = '', content = '']) => [name, content === '' ? 'passed' : content]),
  );
}
