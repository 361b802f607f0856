import { readFileSync } from 'node:fs';
import { keywordNames } from '../instructions/keywords.table.ts';
import { dockerfileReference } from './dockerfile-reference.ts';
import { features } from './features.table.ts';

describe('the reference page', () => {
  it('knows all instructions', () => {
    expect(Object.keys(features).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [...keywordNames].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('is up to date', () => {
    const page = new URL('../../../../docs/reference/dockerfile.md', import.meta.url);
    expect(readFileSync(page, 'utf8')).toBe(dockerfileReference());
  });
});
