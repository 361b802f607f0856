/** Writes docs/reference/cli.md; with --check, only tells whether it is up to date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cliReference } from '../dist/reference.js';

const path = new URL('../../../docs/reference/cli.md', import.meta.url);
const text = cliReference();
if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(path, 'utf8');
  } catch {}
  if (current !== text) {
    console.error('docs/reference/cli.md is out of date: run pnpm --filter @boxer/cli generate');
    process.exitCode = 1;
  }
} else {
  mkdirSync(new URL('.', path), { recursive: true });
  writeFileSync(path, text);
}
