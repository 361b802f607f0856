import { loadSkeleton } from '@boxer/component';
import { type Digest, Digester } from '@boxer/foundation';
// Not the whole of it: the tables of instructions take longer to load than a known build takes.
import { readArtifact } from '@boxer/translate/artifacts';

/** The parts of a component that are the same in every image: wrapped kernel, process module, its support module. */
export interface Engine {
  readonly skeleton: Uint8Array;
  readonly processModule: Uint8Array;
  readonly supportModule: Uint8Array;
  /** Of all three, for cache keys: another engine may do other things. */
  readonly digest: Digest;
}

let engine: Promise<Engine> | undefined;

/** Loads what Boxer's own build has made; once. */
export function loadEngine(): Promise<Engine> {
  return (engine ??= load());
}

async function load(): Promise<Engine> {
  const skeleton = await loadSkeleton();
  const processModule = await readArtifact('processSlot');
  const supportModule = await readArtifact('support');
  const digest = [skeleton, processModule, supportModule].reduce(
    (digester, part) => digester.update(part),
    new Digester(),
  );
  return { skeleton, processModule, supportModule, digest: digest.digest() };
}
