import { readArtifact } from '../artifacts.ts';
import { compileSupportModule } from '../build/compile-support.ts';
import { generateProcessModule } from '../process/process-module.ts';

/** What executes guest code. */
export interface EngineModules {
  readonly processModule: WebAssembly.Module;
  readonly supportModule: WebAssembly.Module;
}

async function compiled(
  process: Uint8Array<ArrayBuffer>,
  support: Uint8Array<ArrayBuffer>,
): Promise<EngineModules> {
  const [processModule, supportModule] = await Promise.all(
    [process, support].map((bytes) => WebAssembly.compile(bytes)),
  );
  if (!processModule || !supportModule) throw new TypeError('The modules are missing');
  return { processModule, supportModule };
}

/** Makes them from the sources as they are: for tests. Takes some seconds. */
export async function makeEngineModules(): Promise<EngineModules> {
  return compiled(generateProcessModule({ registration: 'exports' }), await compileSupportModule());
}

/** Takes those of the last build. */
export async function readEngineModules(): Promise<EngineModules> {
  return compiled(await readArtifact('process'), await readArtifact('support'));
}
