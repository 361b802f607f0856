/** Writes docs/reference/dockerfile.md from the tables in the code; needs the package to be built. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dockerfileReference } from '../dist/reference/dockerfile-reference.js';

const folder = new URL('../../../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('dockerfile.md', folder), dockerfileReference());
