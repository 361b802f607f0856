import { IgnoreMatcher } from './ignore-matcher.ts';
import { parseIgnoreFile } from './parse-ignore-file.ts';

// Expected values: docs.docker.com/build/concepts/context, ".dockerignore files", and moby/patternmatcher.
describe('parseIgnoreFile', () => {
  it('reads patterns', () => {
    const text = '\ufeff# comment\n  a/  \r\n/b\n\n ! /c/../d \n #not a comment\n./e//f\n';
    expect(parseIgnoreFile(text)).toEqual(['a', 'b', '!d', '#not a comment', 'e/f']);
  });
});

describe('IgnoreMatcher', () => {
  it.each([
    [['*/temp*'], ['a/temporary.txt', 'a/temp/b'], ['temp', 'a/b/temp']],
    [['temp?'], ['tempa', 'tempb/c'], ['temp', 'a/tempa']],
    [['**/*.go'], ['a.go', 'a/b/c.go'], ['a.go.txt']],
    [
      ['*.md', '!README*.md', 'README-secret.md'],
      ['a.md', 'README-secret.md'],
      ['README.md', 'README-x.md'],
    ],
    [['docs', '!docs/a.md'], ['docs/b.md'], ['docs/a.md', 'doc']],
    [['.'], [], ['a', 'a/b']],
    [
      ['[a-c].txt', '\\*.md'],
      ['b.txt', '*.md'],
      ['d.txt', 'a.md'],
    ],
    [[], [], ['a']],
  ])('%j', (patterns, ignored, kept) => {
    const matcher = new IgnoreMatcher(patterns);
    expect(ignored.filter((path) => !matcher.matches(path))).toEqual([]);
    expect(kept.filter((path) => matcher.matches(path))).toEqual([]);
  });

  // A directory must be looked into when something below it is kept: the pairs are from moby/patternmatcher's matching.
  it.each([
    [
      ['*', '!src/app/*.ts'],
      ['src', 'src/app', 'src/app/deep'],
      ['node_modules', 'src/lib', 'sr'],
    ],
    [['node_modules', '!**/keep'], ['node_modules', 'node_modules/a/b'], []],
    [['a', '!a/b'], ['a', 'a/b/c'], ['a/c']],
    [['a'], [], ['a']],
  ])('%j says which ignored directories may hold files that are kept', (patterns, may, never) => {
    const matcher = new IgnoreMatcher(patterns);
    expect(may.filter((path) => !matcher.mayExceptBelow(path))).toEqual([]);
    expect(never.filter((path) => matcher.mayExceptBelow(path))).toEqual([]);
  });

  it('knows whether there are exceptions', () => {
    expect(new IgnoreMatcher(['a']).hasExceptions).toBe(false);
    expect(new IgnoreMatcher(['a', '!b']).hasExceptions).toBe(true);
  });

  it.each([
    ['!', 'illegal exclusion pattern: "!"'],
    ['[', 'syntax error in pattern'],
    ['a\\', 'syntax error in pattern'],
  ])('refuses %s', (pattern, message) => {
    expect(() => new IgnoreMatcher([pattern])).toThrow(message);
  });
});
