/** Writes docs/reference/policy.md and policy.schema.json; with --check, only tells whether they are up to date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { policyJsonSchema, policyReference } from '../dist/reference.js';

const folder = new URL('../../../docs/reference/', import.meta.url);
const files = {
  'policy.md': policyReference(),
  'policy.schema.json': `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
};
const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, folder);
  if (!check) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
    continue;
  }
  let current = '';
  try {
    current = readFileSync(path, 'utf8');
  } catch {}
  if (current !== text) {
    console.error(`docs/reference/${name} is out of date: run pnpm --filter @boxer/policy generate`);
    process.exitCode = 1;
  }
}
