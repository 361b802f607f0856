import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allowTime,
  boxer,
  boxerOk,
  command,
  installFixture,
  type Outcome,
  root,
  temporaryDirectory,
} from './support/boxer.ts';

allowTime(900_000);

const hostBiome = join(root, 'e2e', 'node_modules', '.bin', 'biome');

describe('biome for linux/arm64 (musl) in a box', () => {
  const work = temporaryDirectory();
  const image = join(work, 'biome.wasm');
  const input = 'const a={b:1 ,c:[1,2,3]};function  f ( x ){return x?.b??a}\nexport   {f}';

  beforeAll(() => {
    const fixture = installFixture('biome', 'node_modules/@biomejs/cli-linux-arm64-musl/biome');
    writeFileSync(join(work, 'a.js'), input);
    boxerOk(['build', fixture, '-o', image]);
  });

  it('says its version', () => {
    expect(boxer(['run', image, '--version']).stdout).toBe(command(hostBiome, ['--version']).stdout);
  });

  it.each([
    ['JavaScript', ['format', '--stdin-file-path=a.js'], input],
    [
      'TypeScript',
      ['format', '--stdin-file-path=a.ts'],
      'type  A<T>={[K in keyof T]:T[K]|null}\nenum  B{C,D}',
    ],
    ['JSON', ['format', '--stdin-file-path=a.json'], '{"a":[1,2,{"b":null}]}'],
    ['CSS', ['format', '--stdin-file-path=a.css'], 'a{color:red;b:c}@media (x){p{q:r}}'],
  ])('formats %s as on the host', (_, args, text) => {
    const box = boxer(['run', '-i', image, ...args], { input: text });
    const host = command(hostBiome, args, { input: text, cwd: work });
    expect(box.stdout).toBe(host.stdout);
    expect(box.status).toBe(host.status);
  });

  it('finds mistakes in mounted files as on the host', () => {
    const args = ['lint', '--reporter=summary', '--colors=off', 'a.js'];
    const box = boxer(['run', '-v', `${work}:/work:ro`, image, ...args]);
    const host = command(hostBiome, args, { cwd: work });
    expect(withoutTimes(box)).toEqual(withoutTimes(host));
  });
});

function withoutTimes({ status, stdout, stderr }: Outcome): Outcome {
  const plain = (text: string) => text.replaceAll(/ in \d+(?:\.\d+)?(?:ns|µs|ms|s)\b/g, ' in no time');
  return { status, stdout: plain(stdout), stderr: plain(stderr) };
}
