/** Writes docs/reference/instructions.md. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { instructionReference } from '../reference/instruction-reference.ts';
import type { DisassemblyResults, EncodingSpaceResults } from '../reference/results.ts';

const packageRoot = new URL('../../', import.meta.url);

async function readResults(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`results/${name}.json`, packageRoot), 'utf8'));
}

// Both are written by this package's scripts, in these types.
const text = instructionReference({
  space: (await readResults('encoding-space')) as EncodingSpaceResults,
  disassembly: (await readResults('disassembly')) as DisassemblyResults,
});
const file = fileURLToPath(new URL('../../docs/reference/instructions.md', packageRoot));
await writeFile(`${file}.new`, text);
await rename(`${file}.new`, file);
