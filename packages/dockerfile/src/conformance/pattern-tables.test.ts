import { DockerfileError } from '../dockerfile-error.ts';
import { GlobMatcher } from '../glob/glob-matcher.ts';
import { PathPattern } from '../glob/path-pattern.ts';
import { IgnoreMatcher } from '../ignore/ignore-matcher.ts';
import { compileIgnorePattern } from '../ignore/ignore-pattern.ts';
import { compileShellPattern } from '../shell/shell-pattern.ts';
import { describeWithData, readJson, readTable } from './shared-data.ts';

type GoError = { readonly $go: string } | null;

// Expected values: the tests of moby/patternmatcher and of the reference's shell lexer.
describeWithData('pattern tables of the reference', () => {
  describe('.dockerignore, one pattern', () => {
    it.each(readTable<[string, string, boolean]>('dockerignore-TestMatches-119'))(
      '%s on %s: %s',
      (pattern, path, expected) => {
        expect(new IgnoreMatcher([pattern]).matches(path)).toBe(expected);
      },
    );
  });

  describe('.dockerignore, several patterns', () => {
    it.each(readTable<[string[], string, boolean]>('dockerignore-TestMatches-188'))(
      '%j on %s: %s',
      (patterns, path, expected) => {
        expect(new IgnoreMatcher(patterns).matches(path)).toBe(expected);
      },
    );
  });

  describe('path patterns, in both of their uses', () => {
    it.each(readTable<[string, string, boolean, GoError]>('dockerignore-matchTests-390'))(
      '%s on %s: %s',
      (pattern, path, expected, error) => {
        if (error === null) {
          // The table is for ignore patterns, where a parent's match counts; "a*" on "ab/c" is such a case.
          expect(new IgnoreMatcher([pattern]).matches(path)).toBe(expected);
          const parents = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
          expect(parents.some((parent) => new PathPattern(pattern).matches(parent))).toBe(expected);
        } else {
          expect(() => new IgnoreMatcher([pattern])).toThrow(DockerfileError);
          expect(() => new PathPattern(pattern)).toThrow(DockerfileError);
        }
      },
    );
  });

  describe('.dockerignore, regular expressions of the reference', () => {
    const rows = readTable<[string, { $go: string }, string, string]>('dockerignore-compileTests-481');
    const alphabet = [
      '',
      'a',
      'b',
      'abc',
      'dir',
      'dir2',
      'file',
      'file.txt',
      'afile',
      '.x',
      'abcde',
      'abcxdef',
      'x',
    ];
    const paths = alphabet.flatMap((first) => [first, ...alphabet.map((second) => `${first}/${second}`)]);
    it.each(rows.filter(([, { $go }]) => $go === 'regexpMatch'))('%s', (pattern, _, regularExpression) => {
      const expected = paths.filter((path) => isUsual(path) && new RegExp(regularExpression, 's').test(path));
      const compiled = compileIgnorePattern(pattern);
      const actual = paths.filter((path) => isUsual(path) && compiled?.matches(path) === true);
      expect(actual).toEqual(expected);
    });
  });

  describe('shell patterns', () => {
    const table = readJson<{ cases: Record<string, string> }>(
      'buildkit-data/tables/lex-pattern-to-regex.json',
      {
        cases: {},
      },
    );
    const texts = ['', 'a', '*', '?', '\\', '(()[]{}^$.*?|\\', '(()[]{}^$.xy|\\', 'ab'];
    it.each(Object.entries(table.cases))('%s is %s', (pattern, regularExpression) => {
      const matcher = new GlobMatcher(compileShellPattern(pattern));
      for (const text of texts) {
        const match = new RegExp(regularExpression).exec(text);
        const end = matcher.matchEnd(Array.from(text), 0, 'longest');
        expect({ text, end }).toEqual({ text, end: match === null ? undefined : match[0].length });
      }
    });

    it.each(readTable<string>('lex-pattern-invalid'))('%s is refused', (pattern) => {
      expect(() => compileShellPattern(pattern)).toThrow(DockerfileError);
    });
  });
});

/** Paths as a context has them: not empty, no empty part. */
function isUsual(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.endsWith('/');
}
