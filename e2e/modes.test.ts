import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowTime, boxerOk, command, describeIf, root, temporaryDirectory } from './support/boxer.ts';
import { debianLayout, whyNoDebian } from './support/debian.ts';

allowTime(1_200_000);

/** Loops, functions, arrays, processes and pipes, in what is hot and what is not. */
const SCRIPT = [
  'f() { echo $(( $1 * $1 )); }',
  's=0; for ((i = 0; i < 3000; i++)); do (( s += i % 7, a[i % 11] += i )); done; echo $s ${a[3]}',
  'f 12; seq 200 | sort -n | tail -n 1; printf "b\\na\\n" | sort | sed s/a/c/',
].join('\n');

// Sums of 0 + … + 6 and so on, by Python: sum(i % 7 for i in range(3000)), sum(range(3, 3000, 11)).
const OUTPUT = '8994 409227\n144\n200\nc\nb\n';

describeIf(whyNoDebian(), 'in all modes', () => {
  const work = temporaryDirectory();
  const images = { none: join(work, 'none.wasm'), profile: join(work, 'profile.wasm') };

  beforeAll(() => {
    const context = join(work, 'context');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), 'FROM debian\nCOPY script /\nCMD ["bash", "/script"]\n');
    writeFileSync(join(context, 'script'), SCRIPT);
    const base = debianLayout(join(work, 'layout'));
    const env = { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') };
    for (const [mode, image] of Object.entries(images)) {
      const flags = ['--build-context', `debian=${base}`, '--aot', mode, '-o', image];
      boxerOk(['build', context, ...flags], { env, timeoutMs: 1_200_000 });
    }
  });

  const run = (componentPath: string, jit: string, packs: boolean | 'force') => {
    const options = JSON.stringify({ componentPath, jit, packs });
    const { status, stdout, stderr } = command(process.execPath, [
      join(root, 'e2e', 'support', 'fuel.mjs'),
      options,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as { exitCode: number; stdout: string; fuelUsed: string };
  };

  // Oracle: the interpreter alone counts each instruction that it executes.
  it('writes the same and executes as many instructions', () => {
    const interpreted = run(images.none, 'off', false);
    expect(interpreted).toMatchObject({ exitCode: 0, stdout: OUTPUT });
    expect(Number(interpreted.fuelUsed)).toBeGreaterThan(1e6);
    const others = {
      'aot none, jit force': run(images.none, 'force', false),
      'aot profile, jit off': run(images.profile, 'off', 'force'),
      'aot profile, jit force': run(images.profile, 'force', 'force'),
    };
    for (const [mode, outcome] of Object.entries(others))
      expect({ mode, ...outcome }).toEqual({ mode, ...interpreted });
  });
});
