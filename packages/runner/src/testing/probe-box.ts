/** A component with the real kernel and the probe of fixtures/ as its only program. For tests only. */
import { bootEntries, loadSkeleton, writeComponent } from '@boxer/component';
import { whyNoCommand } from '@boxer/foundation/testing';
import { attributes, hostFileContent, inlineContent, Tree, writePayload } from '@boxer/fsimage';
import { readArtifact } from '@boxer/translate';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const compiler = 'aarch64-linux-gnu-gcc';
const built = (path: string) => existsSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));

/** @returns why a real box cannot be made here, or undefined when it can */
export function whyNoProbe(): string | undefined {
  if (!built('component/dist/skeleton.wasm')) return 'packages/component is not built';
  if (!built('translate/dist/process-slot.wasm')) return 'packages/translate is not built';
  return whyNoCommand(compiler);
}

/** Compiles the probe and writes the component. @returns its path */
export async function writeProbeBox(folder: string): Promise<string> {
  const program = join(folder, 'probe');
  const source = fileURLToPath(new URL('../../fixtures/probe.c', import.meta.url));
  execFileSync(compiler, ['-static', '-O2', '-o', program, source]);

  const tree = new Tree();
  const directory = attributes({ permissions: 0o755 });
  for (const path of ['/bin', '/etc', '/tmp', '/proc', '/dev', '/data', '/root']) tree.mkdir(path, directory);
  const content = hostFileContent(program, statSync(program).size);
  tree.create('/bin/probe', { ...attributes({ permissions: 0o755 }), kind: 'file', content });
  const shadow = inlineContent('box shadow');
  tree.create('/etc/shadow', { ...attributes({ permissions: 0o644 }), kind: 'file', content: shadow });

  const boot = { entrypoint: ['/bin/probe'], env: ['PATH=/bin'], cwd: '/' };
  const payloadFile = join(folder, 'probe-payload.bin');
  await writePayload(tree, bootEntries(boot), payloadFile);
  const path = join(folder, 'probe.wasm');
  await writeComponent(
    {
      skeleton: await loadSkeleton(),
      processModule: await readArtifact('processSlot'),
      supportModule: await readArtifact('support'),
      payloadFile,
      metadata: { imageConfig: {}, boot },
    },
    path,
  );
  return path;
}
