import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allowTime,
  boxer,
  boxerOk,
  command,
  installFixture,
  nativeBinary,
  root,
  temporaryDirectory,
} from './support/boxer.ts';

allowTime(600_000);

const hostRipgrep = nativeBinary(
  '@vscode/ripgrep',
  `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`,
);

describe('ripgrep for linux/arm64 in a box', () => {
  const work = temporaryDirectory();
  const image = join(work, 'rg.wasm');
  const tree = join(work, 'tree');

  beforeAll(() => {
    const fixture = installFixture('ripgrep', 'node_modules/@vscode/ripgrep-linux-arm64/bin/rg');
    cpSync(join(root, 'packages', 'foundation', 'src'), tree, { recursive: true });
    writeFileSync(join(tree, 'binary.bin'), Buffer.from([0, 1, 2, 0x65, 0x78, 0x70, 0x6f, 0x72, 0x74, 10]));
    writeFileSync(join(tree, 'umlaut.txt'), 'Größe\nGROSSE\n日本語 export\n');
    symlinkSync('digest.ts', join(tree, 'link.ts'));
    boxerOk(['build', fixture, '-o', image]);
  });

  it.each([
    ['finds lines, with numbers', ['-n', '--sort', 'path', 'export', '.']],
    ['counts', ['-c', '--sort', 'path', 'sha256', '.']],
    ['matches Unicode classes without regard to case', ['-i', '-n', '--sort', 'path', '\\bgr\\p{L}+', '.']],
    ['follows links', ['--follow', '-l', '--sort', 'path', 'Digester', '.']],
    [
      'looks behind and captures with PCRE2',
      ['-P', '-o', '-r', '$1', '--sort', 'path', '(?<=export )(\\w+)', '.'],
    ],
    ['writes JSON', ['--json', '--sort', 'path', 'class ', '.']],
    ['lists files', ['--files', '--sort', 'path', '--hidden']],
    ['finds nothing', ['no such text at all', '.']],
    ['refuses a bad pattern', ['(', '.']],
  ])('%s as on the host', (_, args) => {
    const box = boxer(['run', '-v', `${tree}:/work:ro`, image, ...args]);
    const host = command(hostRipgrep, args, { cwd: tree });
    expect(withoutTimes(box)).toEqual(withoutTimes(host));
  });

  it('searches with several threads', () => {
    const args = ['-j4', '--no-heading', 'import', '.'];
    const sorted = (text: string) => text.split('\n').sort();
    const box = boxer(['run', '-v', `${tree}:/work:ro`, image, ...args]);
    expect(sorted(box.stdout)).toEqual(sorted(command(hostRipgrep, args, { cwd: tree }).stdout));
  });

  it('searches standard input', () => {
    const box = boxer(['run', '-i', image, '-n', 'b', '-'], { input: 'a\nb\nab\n' });
    expect(box).toEqual({ status: 0, stdout: '2:b\n3:ab\n', stderr: '' });
  });
});

/** The JSON form ends in how long it took. */
function withoutTimes<T extends { stdout: string }>(outcome: T): T {
  const stdout = outcome.stdout.replaceAll(/"(?:elapsed|elapsed_total)":\{[^}]*\}/g, '"elapsed":0');
  return { ...outcome, stdout };
}
