/** Generates the package's modules into dist/: run by the build script, after the compiler. */
import { writeFile } from 'node:fs/promises';
import { artifactPath } from '../artifacts.ts';
import { buildProcessModule } from '../process/process-module.ts';
import { compileSupportModule } from './compile-support.ts';

await writeFile(artifactPath('support'), await compileSupportModule());
const { bytes, statistics } = buildProcessModule({ registration: 'exports' });
await writeFile(artifactPath('process'), bytes);
await writeFile(artifactPath('processSlot'), buildProcessModule({ registration: 'table' }).bytes);
console.log(JSON.stringify(statistics));
