import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allowTime,
  boxer,
  boxerOk,
  command,
  installFixture,
  nativeBinary,
  temporaryDirectory,
} from './support/boxer.ts';

allowTime(600_000);

/** The host's own esbuild, of the same version: what the box must answer. */
const hostEsbuild = nativeBinary('esbuild', `@esbuild/${process.platform}-${process.arch}/bin/esbuild`);

describe('esbuild for linux/arm64 in a box', () => {
  const work = temporaryDirectory();
  const image = join(work, 'esbuild.wasm');
  const project = join(work, 'project');
  const onHost = (...args: string[]) => command(hostEsbuild, args, { cwd: project });
  const inBox = (mode: 'ro' | 'rw', ...args: string[]) =>
    boxer(['run', '-v', `${project}:/work:${mode}`, image, ...args]);

  beforeAll(() => {
    const fixture = installFixture('esbuild', 'node_modules/@esbuild/linux-arm64/bin/esbuild');
    cpSync(join(fixture, 'project'), project, { recursive: true });
    mkdirSync(join(project, 'types'));
    writeFileSync(
      join(project, 'types', 'app.tsx'),
      'enum Colour { Red, Green }\nexport const App = ({ n = 1 as number }) => <p title={Colour[n]}>{n ?? 2}</p>;\n',
    );
    writeFileSync(join(project, 'broken.js'), 'let = ;\n');
    boxerOk(['build', fixture, '-o', image]);
  });

  it('says its version', () => {
    expect(boxer(['run', image, '--version'])).toEqual({
      ...command(hostEsbuild, ['--version']),
      stderr: '',
    });
  });

  it.each([
    ['bundles', ['--bundle', 'main.js']],
    ['minifies', ['--bundle', '--minify', '--format=esm', 'main.js']],
    ['writes an inline source map', ['--bundle', '--sourcemap=inline', 'main.js']],
    ['compiles TypeScript and JSX', ['types/app.tsx', '--jsx=automatic', '--target=es2017']],
  ])('%s as on the host', (_, args) => {
    const box = inBox('ro', ...args);
    expect(box.stderr).toBe('');
    expect(box).toEqual(onHost(...args));
  });

  it('writes into a mount that is granted rw', () => {
    const args = ['--bundle', '--sourcemap', 'main.js'];
    expect(inBox('rw', ...args, '--outfile=out/box.js').status).toBe(0);
    expect(onHost(...args, '--outfile=out/host.js').status).toBe(0);
    const read = (name: string) =>
      readFileSync(join(project, 'out', name), 'utf8').replaceAll('host.js', 'box.js');
    expect(read('box.js')).toBe(read('host.js'));
    expect(read('box.js.map')).toBe(read('host.js.map'));
  });

  it('reports mistakes as on the host', () => {
    const args = ['--bundle', '--log-level=error', '--color=false', 'broken.js'];
    expect(inBox('ro', ...args)).toEqual(onHost(...args));
  });

  it('reads standard input', () => {
    const args = ['--minify', '--loader=ts'];
    const input = 'const answer: number = 6 * 7; console.log(answer);';
    const box = boxer(['run', '-i', image, ...args], { input });
    expect(box).toEqual(command(hostEsbuild, args, { input }));
  });

  it('cannot write into a mount that is granted ro', () => {
    const box = inBox('ro', '--bundle', 'main.js', '--outfile=denied.js');
    expect(box.status).not.toBe(0);
    expect(box.stderr).toMatch(/read-only file system/i);
    expect(() => readFileSync(join(project, 'denied.js'))).toThrow('ENOENT');
  });

  it('sees nothing of the host without a grant', () => {
    const box = boxer(['run', image, '--bundle', join(project, 'main.js')]);
    expect(box.status).toBe(1);
    expect(box.stderr).toContain('Could not resolve');
  });
});
