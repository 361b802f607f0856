import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** packages/kernel, found from src/build as well as from dist/build. */
export const packageRoot = path.resolve(fileURLToPath(import.meta.url), '../../..');
