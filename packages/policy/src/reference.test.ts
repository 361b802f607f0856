import { readFileSync } from 'node:fs';
import { policyJsonSchema, policyReference } from './reference.ts';

const committed = (name: string) =>
  readFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url), 'utf8');

// The committed files, which readers and editors use, are the expectation: run `pnpm --filter @boxer/policy generate`.
describe('the policy reference', () => {
  it('is generated from the schema as it is now', () => {
    expect(committed('policy.md')).toBe(policyReference());
    expect(JSON.parse(committed('policy.schema.json'))).toEqual(policyJsonSchema());
  });

  it('describes every key', () => {
    expect(policyReference()).not.toMatch(/\|\s+\|\n/);
  });
});
