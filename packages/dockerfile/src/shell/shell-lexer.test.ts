import { EnvList } from '../stages/env-list.ts';
import { ShellLexer, type ShellLexerOptions } from './shell-lexer.ts';

const env = EnvList.of(['v=foobarbaz', 'empty=', 'path=/a/b/c.txt', 'two=a  b', 'ünï=x']);

// Expected values: the POSIX shell (dash, bash) where it does the same, BuildKit's lexer where they differ (noted).
describe('ShellLexer', () => {
  it.each([
    ['$v', 'foobarbaz'],
    ['${v}', 'foobarbaz'],
    ['$ünï', 'x'],
    ['${v:-d}${empty:-d}${empty-d}${unset-d}', 'foobarbazdd'],
    ['${v:+y}${empty:+y}${empty+y}${unset+y}', 'yy'],
    ['${path##*/}', 'c.txt'],
    ['${path#*/}', 'a/b/c.txt'],
    ['${path%/*}', '/a/b'],
    ['${path%%/*}', ''],
    ['${path%.???}', '/a/b/c'],
    ['${v/ba/X}', 'fooXrbaz'],
    ['${v//ba?/X}', 'fooXX'],
    ['${v/#foo/X}', 'foobarbaz'],
    ['${path//\\//-}', '-a-b-c.txt'],
    ['${unset:-${v%baz}}', 'foobar'],
    ["'$v'", '$v'],
    ['"$v \\$v \\x"', 'foobarbaz $v \\x'],
    ['\\$v', '$v'],
    ['a\\ b', 'a b'],
    ['$', '$'],
    ['$.', '$.'],
    ['$1x', 'x'],
    ['"it\'s"', "it's"],
  ])('%s is %s', (word, expected) => {
    expect(new ShellLexer('\\').process(word, env).text).toBe(expected);
  });

  it.each([
    ['"a', 'unexpected end of statement while looking for matching double-quote'],
    ["'a", 'unexpected end of statement while looking for matching single-quote'],
    ['${v', "syntax error: missing '}'"],
    ['${}', 'syntax error: bad substitution'],
    ['${:x}', 'syntax error: bad substitution'],
    ['${v:=x}', 'unsupported modifier (:=) in substitution'],
    ['${v^}', 'unsupported modifier (^) in substitution'],
    ['${v/a}', "syntax error: missing '/' in ${}"],
    ['${v#\\a}', "invalid pattern (\\a) in substitution: invalid escape '\\a'"],
    ['${unset?}', 'unset: is not allowed to be unset'],
    ['${empty:?}', 'empty: is not allowed to be empty'],
    ['${unset:?set it}', 'unset: set it'],
  ])('%s is refused', (word, why) => {
    expect(() => new ShellLexer('\\').process(word, env)).toThrow(
      `failed to process ${JSON.stringify(word)}: ${why}`,
    );
  });

  it.each<[string, ShellLexerOptions, string]>([
    ['"$v" \'a\' \\b', { rawQuotes: true }, '"foobarbaz" \'a\' b'],
    ['\\$v \\b', { rawEscapes: true }, '\\$v \\b'],
    ['"$v" \'$v\'', { ignoreQuotes: true }, '"foobarbaz" \'foobarbaz\''],
    ['$unset ${unset:-d} $v', { skipUnsetEnv: true }, '$unset ${unset:-d} foobarbaz'],
  ])('%s with %j', (word, options, expected) => {
    expect(new ShellLexer('\\', options).process(word, env).text).toBe(expected);
  });

  it('uses the escape character it is told to', () => {
    expect(new ShellLexer('`').process('`$v c:\\x', env).text).toBe('$v c:\\x');
  });

  it('splits at blanks outside quotes, in values too', () => {
    expect(new ShellLexer('\\').process(' a"b c"  $two "$two" d\\ e ""', env).words).toEqual([
      'ab c',
      'a',
      'b',
      'a  b',
      'd e',
    ]);
  });

  it('tells which variables were used', () => {
    const { matched, unmatched } = new ShellLexer('\\').process('$v ${unset:-$empty} $v', env);
    expect([...matched]).toEqual(['v', 'empty']);
    expect([...unmatched]).toEqual(['unset']);
  });
});
