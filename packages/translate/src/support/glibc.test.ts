import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { makeEngineModules } from '../testing/engine-modules.ts';
import { runStaticProgram } from '../testing/static-program.ts';

const source = fileURLToPath(new URL('../../../../fixtures/cpu/floating-point.c', import.meta.url));

// Oracle: the same executable under qemu-aarch64.
describeIf(whyNoCommand('aarch64-linux-gnu-gcc', 'qemu-aarch64-static'), 'floating point of glibc', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-glibc-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prints, converts, computes libm functions, rounds and reports exceptions as under qemu', async () => {
    const program = join(folder, 'floating-point');
    const compiler = spawnSync('aarch64-linux-gnu-gcc', ['-O2', '-static', '-o', program, source, '-lm']);
    expect(compiler.stderr.toString()).toBe('');
    const expected = spawnSync('qemu-aarch64-static', ['-cpu', 'cortex-a57', program]);
    expect(expected.status).toBe(0);

    const { output, exitCode } = runStaticProgram(await makeEngineModules(), readFileSync(program));

    expect(output).toBe(expected.stdout.toString('latin1'));
    expect(exitCode).toBe(0);
  }, 120_000);
});
