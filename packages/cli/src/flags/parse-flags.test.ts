import { UsageError } from '../errors/usage-error.ts';
import type { FlagRow } from './flag-row.ts';
import { parseFlags } from './parse-flags.ts';

const rows: FlagRow[] = [
  { name: 'interactive', char: 'i', kind: 'switch', summary: '' },
  { name: 'tty', char: 't', kind: 'switch', summary: '' },
  { name: 'env', char: 'e', kind: 'list', value: 'V', summary: '' },
  { name: 'user', char: 'u', kind: 'value', value: 'V', summary: '' },
];

function parse(...words: string[]) {
  const { switches, values, rest } = parseFlags('run', rows, words);
  return { ...Object.fromEntries(switches), ...Object.fromEntries(values), rest };
}

describe('parseFlags', () => {
  // Oracle: docker run (spf13/pflag with interspersed arguments off).
  it.each([
    [['-it', 'image', '-e', 'A'], { interactive: true, tty: true, rest: ['image', '-e', 'A'] }],
    [['-ite', 'A', 'image'], { interactive: true, tty: true, env: ['A'], rest: ['image'] }],
    [['-eA=B', '-e=C', '--env=D', '--env', 'E=', 'x'], { env: ['A=B', 'C', 'D', 'E='], rest: ['x'] }],
    [['-u', '1', '--user=2', 'x', '--', 'y'], { user: ['2'], rest: ['x', '--', 'y'] }],
    [['--', '-i'], { rest: ['-i'] }],
    [['--tty=false', '-'], { tty: false, rest: ['-'] }],
    [['-e', '-i', 'x'], { env: ['-i'], rest: ['x'] }],
    [['-e', '', 'x'], { env: [''], rest: ['x'] }],
    [[], { rest: [] }],
  ])('reads %j', (words, expected) => expect(parse(...words)).toEqual(expected));

  it.each([
    [['--nope'], 'unknown flag: --nope'],
    [['-x'], 'unknown shorthand flag: "x" in -x'],
    [['-ix'], 'unknown shorthand flag: "x" in -ix'],
    [['--env'], 'flag needs an argument: --env'],
    [['-ie'], 'flag needs an argument: -e'],
    [['--tty=maybe'], 'invalid value "maybe" for --tty'],
  ])('refuses %j', (words, message) => {
    expect(() => parse(...words)).toThrow(UsageError);
    expect(() => parse(...words)).toThrow(message);
  });
});
