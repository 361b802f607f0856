/** Real programs, each with the work it does here. Arguments are those inside the tree or the box. */

const PYTHON_CORE = [
  'def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)',
  'fib(25)',
  'd = {}',
  'for i in range(300000): d[str(i)] = i',
].join('\n');

const PYTHON_TEXT = [
  'import json, re',
  'rows = [{"id": i, "name": "row %d" % i, "tags": ["a", "b", str(i)], "value": i / 7} for i in range(40000)]',
  'text = json.dumps(rows)',
  'assert json.loads(text) == rows',
  'words = re.compile(r"row (\\d+)\\b.*?(\\d+\\.\\d+)")',
  'assert sum(1 for _ in words.finditer(text)) > 10000',
].join('\n');

const SQL = [
  'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, value INTEGER);',
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO t SELECT i, 'name ' || i, i * 7919 % 1000003 FROM n;",
  'CREATE INDEX by_value ON t (value);',
  'SELECT count(*), sum(value) FROM t WHERE value BETWEEN 1000 AND 500000;',
  'SELECT name FROM t ORDER BY value DESC LIMIT 3;',
].join('\n');

const PERL = [
  'my %count; my $text = join " ", map { $_ * 7919 % 10007 } 1 .. 300000;',
  '$count{$1}++ while $text =~ /(\\d+)/g;',
  'my @top = (sort { $count{$b} <=> $count{$a} || $a <=> $b } keys %count)[0 .. 2]; print "@top\\n";',
].join(' ');

const BASH = 'for ((i = 0, s = 0; i < 300000; i++)); do (( s += i % 7 )); done; echo $s';

/** What node runs: numbers, objects, strings. */
export const NODE_SCRIPT = `
const counts = new Map();
let state = 1;
for (let i = 0; i < 3e6; i++) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  const key = state % 5003;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
let sum = 0;
for (let i = 1; i < 2e7; i++) sum += 1 / (i * i);
const text = JSON.stringify([...counts]);
console.log(text.length, sum.toFixed(6), JSON.parse(text).length);
`;

export const programs = [
  { name: 'python-start', command: ['/usr/bin/python3', '-c', 'print(1)'] },
  { name: 'python-core', command: ['/usr/bin/python3', '-c', PYTHON_CORE] },
  { name: 'python-text', command: ['/usr/bin/python3', '-c', PYTHON_TEXT] },
  { name: 'perl', command: ['/usr/bin/perl', '-e', PERL] },
  { name: 'bash', command: ['/usr/bin/bash', '-c', BASH] },
  { name: 'sqlite3', command: ['/usr/bin/sqlite3', ':memory:', SQL] },
  {
    name: 'ripgrep',
    command: ['/usr/bin/rg', '-j1', '-c', '[a-f]+ing (the|of) [a-z]+x', '/bench/text'],
  },
  { name: 'gzip', command: ['/usr/bin/gzip', '-1kf', '/bench/text'] },
  {
    name: 'esbuild',
    command: [
      '/bench/esbuild',
      '/bench/node_modules/three/src/Three.js',
      '--bundle',
      '--minify',
      '--outfile=/tmp/out.js',
    ],
  },
  { name: 'node', command: ['/usr/bin/node', '/bench/script.js'] },
];
