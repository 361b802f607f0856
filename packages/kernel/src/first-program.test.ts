/** What the boot configuration makes of the first program, and what the first process is spared. */
import path from 'node:path';
import { describeIf } from '@boxer/foundation/testing';
import { packageRoot } from './build/paths.ts';
import { compileProgram, readProgram, runUnderQemu, whyNoPrograms } from './testing/compile-program.ts';
import { runTestBox, type TestBoxResult, whyNoTestBox } from './testing/test-box.ts';

const whyNot = whyNoPrograms() ?? whyNoTestBox();

const compile = (name: string): string => compileProgram(path.join(packageRoot, 'fixtures', `${name}.c`));

function run(name: string, boot: readonly (readonly [string, string])[] = []): TestBoxResult {
  const text = Buffer.from('x\n');
  return runTestBox({
    files: [
      { path: '/bin/program', mode: 0o100755, content: readProgram(compile(name)) },
      { path: '/w/sealed/deep/file', mode: 0o100644, content: text },
      { path: '/w/file', mode: 0o100644, content: text },
    ],
    argv: ['/bin/program'],
    env: ['A=b'],
    boot: [['memory', '268435456'], ...boot],
  });
}

describeIf(whyNot, 'the first program', () => {
  // oracle: Linux 6.1: chroot with both paths bind-mounted on themselves and remounted read-only, input from /dev/null,
  // environment A=b
  it('finds paths sealed, its environment exact and nothing to read, as the configuration says', () => {
    const { stdout, log } = run('boot-rows', [
      ['readonlyPath', '/w/sealed'],
      ['readonlyPath', '/w/file'],
      ['exactEnv', '1'],
      ['stdin', 'null'],
    ]);
    expect(stdout.split('\n')).toEqual([
      'input device, 0',
      'A=b',
      'create EROFS',
      'mkdir EROFS',
      'write EROFS',
      'truncate EROFS',
      'unlink EROFS',
      'rename EROFS',
      'rename out EXDEV',
      'link out EXDEV',
      'chmod EROFS',
      'utimes EROFS',
      'remove the mountpoint EBUSY',
      'write the file EROFS',
      'unlink the file EBUSY',
      'read done',
      'read the file done',
      'beside done',
      '/w/sealed/deep /w',
      'read-only 1 0',
      '',
    ]);
    expect(log).toEqual([]);
  }, 60_000);

  it('gets a pipe and what Docker adds to its environment otherwise', () => {
    const { stdout } = run('boot-rows', [
      ['hostname', 'h'],
      ['readonlyPath', '/nothing'],
    ]);
    expect(stdout).toMatch(/^input pipe, 0\nA=b\nPATH=\S+\nHOSTNAME=h\nHOME=\/\S*\ncreate done\n/);
  }, 60_000);

  // oracle: Linux 6.1, the same source under `unshare --pid --fork`
  it('takes signals of its children only when it blocks or handles them', () => {
    expect(run('first-process').stdout).toBe(
      [
        'not blocked: USR1 0 USR2 0 KILL 0',
        'blocked: USR1 1 USR2 1 KILL 0',
        'signalfd 1 from a child 1',
        'unblocked: USR1 0 USR2 1 KILL 0',
        'handled 1',
        'at the end: USR1 0 USR2 0 KILL 0',
        '',
      ].join('\n'),
    );
  }, 60_000);

  // oracle: qemu-aarch64 7.2
  it('gets SIGBUS for exclusive accesses and branches that are not aligned', () => {
    const { stdout, exitCode } = run('alignment');
    expect({ stdout, exitCode }).toEqual(runUnderQemu(compile('alignment'), [], ''));
  }, 60_000);
});
