/** Components with one program, as any WASI 0.2 host takes them. For tests only. */
import { attributes, hostFileContent, Tree, writePayload } from '@boxer/fsimage';
import { whyNoCommand } from '@boxer/foundation/testing';
import { readArtifact } from '@boxer/translate';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootEntries, type ComponentParts, loadSkeleton, writeComponent } from '../index.ts';

const compiler = 'aarch64-linux-gnu-gcc';
const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const built = ['component/dist/skeleton.wasm', 'translate/dist/process-slot.wasm'].every((path) =>
  existsSync(file(path)),
);

/** Why there can be no program boxes, if so. */
export const whyNoProgramBox: string | undefined = built ? whyNoCommand(compiler) : 'Boxer is not built';

/** Compiles a C program for the guest. @param source - path below packages/ @returns its path */
export function compileProgram(source: string, folder: string): string {
  const program = join(folder, 'program');
  execFileSync(compiler, ['-static', '-O2', '-o', program, file(source)]);
  return program;
}

/** Writes a component whose start command is the program. */
export async function writeProgramBox(
  program: string,
  output: string,
  parts: Partial<ComponentParts> & { readonly fuel?: string } = {},
): Promise<void> {
  const tree = new Tree();
  const directory = attributes({ permissions: 0o755 });
  for (const path of ['/bin', '/dev', '/proc', '/tmp']) tree.mkdir(path, directory);
  const content = hostFileContent(program, statSync(program).size);
  tree.create('/bin/program', { ...attributes({ permissions: 0o755 }), kind: 'file', content });
  const { fuel, ...others } = parts;
  const boot = {
    entrypoint: ['/bin/program'],
    env: ['PATH=/bin', 'FROM=image'],
    cwd: '/',
    ...(fuel === undefined ? {} : { fuel }),
  };
  const payloadFile = `${output}.payload`;
  await writePayload(tree, bootEntries(boot), payloadFile);
  await writeComponent(
    {
      skeleton: await loadSkeleton(),
      processModule: await readArtifact('processSlot'),
      supportModule: await readArtifact('support'),
      payloadFile,
      maxProcesses: 4,
      metadata: { imageConfig: {}, boot },
      ...others,
    },
    output,
  );
}
