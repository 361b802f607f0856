import { describeIf, itIf, whyNoCommand } from '@boxer/foundation/testing';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostedComponent, hostWithJco } from './testing/jco-host.ts';
import { compileProgram, whyNoProgramBox, writeProgramBox } from './testing/program-box.ts';

// The component as any WASI 0.2 host sees it: static process slots, payload modules, the kernel's own inflate.
describeIf(whyNoProgramBox, 'a real box under jco', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-standalone-'));
  const component = join(folder, 'image.wasm');
  let host: HostedComponent;

  beforeAll(async () => {
    // Several payload modules, so that reads cross them.
    await writeProgramBox(compileProgram('runner/fixtures/probe.c', folder), component, {
      maxPayloadModuleBytes: 200_000,
    });
    host = await hostWithJco(component, join(folder, 'jco'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs the unmodified program and takes arguments', () => {
    expect(host.run(['arguments', 'a', 'b c'])).toEqual({ stdout: 'a\nb c\n', stderr: '', failed: false });
    expect(host.run(['exit', '3']).failed).toBe(true);
  }, 60_000);

  it('sees the image’s variables and no others', () => {
    const { stdout } = host.run(['environment']);
    expect(stdout).toContain('FROM=image\n');
    expect(stdout).not.toContain(`HOME=${process.env['HOME'] ?? ''}/`);
  }, 60_000);

  it('reads standard input', () => {
    // preview2-shim calls every standard input a terminal, so its end hangs up and may end the box by SIGHUP.
    expect(host.run(['cat'], 'one\ntwo\n')).toMatchObject({ stdout: 'one\ntwo\n', stderr: '' });
  }, 60_000);

  itIf(
    whyNoCommand('wasmtime'),
    'runs under wasmtime too',
    () => {
      const { stdout } = spawnSync('wasmtime', ['run', component, 'arguments', 'a', 'b'], {
        encoding: 'utf8',
      });
      expect(stdout).toBe('a\nb\n');
    },
    60_000,
  );

  it('writes to memory only', () => {
    expect(host.run(['write', '/tmp/x', 'text'])).toEqual({ stdout: '', stderr: '', failed: false });
  }, 60_000);
});
