import { stripVTControlCharacters } from 'node:util';
import type { BuildEvent } from '@boxer/build';
import { PlainProgress } from './plain-progress.ts';
import { TerminalProgress } from './terminal-progress.ts';

const events: BuildEvent[] = [
  { type: 'started', job: 1, title: '[internal] load .dockerignore', atMs: 0 },
  { type: 'done', job: 1, atMs: 40 },
  { type: 'started', job: 2, title: '[build 2/4] RUN make', atMs: 100 },
  { type: 'output', job: 2, stream: 'stdout', text: 'one\ntw', atMs: 313 },
  { type: 'output', job: 2, stream: 'stderr', text: '\u001b[31mred\n', atMs: 320 },
  { type: 'output', job: 2, stream: 'stdout', text: 'o\nrest', atMs: 400 },
  { type: 'failed', job: 2, message: 'it broke', atMs: 420 },
  { type: 'started', job: 3, title: '[build 3/4] COPY a b', atMs: 430 },
  { type: 'cached', job: 3, atMs: 431 },
];

describe('PlainProgress', () => {
  // Oracle for the form: docker build --progress=plain.
  it('writes a line per event', () => {
    let text = '';
    const view = new PlainProgress((piece) => (text += piece));
    for (const event of events) view.show(event);
    view.close();
    expect(text).toBe(
      [
        '#1 [internal] load .dockerignore',
        '#1 DONE 0.0s',
        '',
        '#2 [build 2/4] RUN make',
        '#2 0.213 one',
        '#2 0.220 red',
        '#2 0.300 two',
        '#2 0.320 rest',
        '#2 ERROR: it broke',
        '',
        '#3 [build 3/4] COPY a b',
        '#3 CACHED',
        '',
        '',
      ].join('\n'),
    );
  });

  it('writes a transfer at most every two seconds, and its end', () => {
    let text = '';
    const view = new PlainProgress((piece) => (text += piece));
    view.show({ type: 'started', job: 1, title: 'pull', atMs: 0 });
    for (const [atMs, bytes] of [
      [10, 1],
      [1999, 2],
      [2000, 3000],
      [2100, 4000],
      [2200, 5000],
    ] as const) {
      view.show({ type: 'transferred', job: 1, what: 'layer', bytes, totalBytes: 5000, atMs });
    }
    expect(text).toBe('#1 pull\n#1 layer 3kB / 5kB\n#1 layer 5kB / 5kB\n');
  });
});

describe('TerminalProgress', () => {
  it('never draws a line wider than the terminal, and ends on a clean line', () => {
    let text = '';
    const view = new TerminalProgress({ columns: 40, write: (piece: string) => (text += piece) });
    for (const event of events) view.show(event);
    view.show({ type: 'started', job: 9, title: 'x'.repeat(100), atMs: 500 });
    view.close();
    const drawn = text.split(/\r|\n/).map((line) => stripVTControlCharacters(line));
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(text.endsWith('\r\u001b[K')).toBe(true);
    expect(text).toContain('RUN make');
    expect(text).toContain('   \u001b[2mtwo\u001b[0m\n');
  });
});
