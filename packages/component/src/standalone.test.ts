import { attributes, hostFileContent, Tree, writePayload } from '@boxer/fsimage';
import { describeIf, itIf, whyNoCommand } from '@boxer/foundation/testing';
import { readArtifact } from '@boxer/translate';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootEntries, loadSkeleton, writeComponent } from './index.ts';
import { type HostedComponent, hostWithJco } from './testing/jco-host.ts';

const compiler = 'aarch64-linux-gnu-gcc';
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const built = ['component/dist/skeleton.wasm', 'translate/dist/process-slot.wasm'].every((path) =>
  existsSync(file(path)),
);
const whyNot = built ? whyNoCommand(compiler) : 'Boxer is not built';

// The component as any WASI 0.2 host sees it: static process slots, payload modules, the kernel's own inflate.
describeIf(whyNot, 'a real box under jco', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boxer-standalone-'));
  const component = join(folder, 'image.wasm');
  let host: HostedComponent;

  beforeAll(async () => {
    const program = join(folder, 'probe');
    execFileSync(compiler, ['-static', '-O2', '-o', program, file('runner/fixtures/probe.c')]);
    const tree = new Tree();
    const directory = attributes({ permissions: 0o755 });
    for (const path of ['/bin', '/dev', '/proc', '/tmp']) tree.mkdir(path, directory);
    const content = hostFileContent(program, statSync(program).size);
    tree.create('/bin/probe', { ...attributes({ permissions: 0o755 }), kind: 'file', content });
    const boot = { entrypoint: ['/bin/probe'], env: ['PATH=/bin', 'FROM=image'], cwd: '/' };
    const payloadFile = join(folder, 'payload.bin');
    await writePayload(tree, bootEntries(boot), payloadFile);
    await writeComponent(
      {
        skeleton: await loadSkeleton(),
        processModule: await readArtifact('processSlot'),
        supportModule: await readArtifact('support'),
        payloadFile,
        // Several payload modules, so that reads cross them.
        maxPayloadModuleBytes: 200_000,
        maxProcesses: 4,
        metadata: { imageConfig: {}, boot },
      },
      component,
    );
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
