import { DockerfileError } from '../dockerfile-error.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';
import { EnvList } from '../stages/env-list.ts';
import { describeWithData, readJson, readTable } from './shared-data.ts';

const lexer = new ShellLexer('\\');

interface MatchCase {
  readonly input: string;
  readonly envs: Readonly<Record<string, string>> | null;
  readonly expected?: string;
  readonly expectedErr?: boolean;
  readonly matches: Readonly<Record<string, object>> | null;
  readonly unmatched?: Readonly<Record<string, object>> | null;
}

interface WordTable {
  readonly env: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly platform: string;
    readonly word: string;
    readonly expected: string | null;
  }[];
}

interface SplitCase {
  readonly word: string;
  readonly env: readonly string[];
  readonly expected: readonly string[] | null;
}

// Expected values: the reference's tests of its shell lexer. Platform W is Windows.
describeWithData('shell tables of the reference', () => {
  describe('expand one word', () => {
    const table = readJson<WordTable>('buildkit-data/shell/envVarTest.json', { env: {}, cases: [] });
    const env = EnvList.of(Object.entries(table.env).map(([name, value]) => `${name}=${value}`));
    it.each(table.cases.filter(({ platform }) => platform !== 'W'))('$word', ({ word, expected }) => {
      if (expected === null) expect(() => lexer.process(word, env)).toThrow(DockerfileError);
      else expect(lexer.process(word, env).text).toBe(expected);
    });
  });

  describe('expand and split', () => {
    it.each(readJson<readonly SplitCase[]>('buildkit-data/shell/wordsTest.json', []))(
      '$word with $env',
      ({ word, env, expected }) => {
        if (expected === null) expect(() => lexer.process(word, EnvList.of(env))).toThrow(DockerfileError);
        else expect(lexer.process(word, EnvList.of(env)).words).toEqual(expected);
      },
    );
  });

  describe('report used variables', () => {
    it.each(readTable<MatchCase>('lex-process-with-matches'))('$input', (row) => {
      const env = EnvList.of(Object.entries(row.envs ?? {}).map(([name, value]) => `${name}=${value}`));
      if (row.expectedErr === true) {
        expect(() => lexer.process(row.input, env)).toThrow(DockerfileError);
        return;
      }
      const result = lexer.process(row.input, env);
      expect(result.text).toBe(row.expected ?? '');
      expect([...result.matched].sort()).toEqual(Object.keys(row.matches ?? {}).sort());
      expect([...result.unmatched].sort()).toEqual(Object.keys(row.unmatched ?? {}).sort());
    });
  });
});
