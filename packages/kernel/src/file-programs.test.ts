/** C programs about files in a box. Oracle: the same binary under qemu-aarch64 (user mode), in an empty directory. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeIf } from '@boxer/foundation/testing';
import { packageRoot } from './build/paths.ts';
import { compileProgram, readProgram, whyNoPrograms } from './testing/compile-program.ts';
import { runTestBox, whyNoTestBox } from './testing/test-box.ts';

const whyNot = whyNoPrograms() ?? whyNoTestBox();

function runOnLinux(program: string): { stdout: string; exitCode: number } {
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'boxer-files-'));
  const { status, stdout } = spawnSync('qemu-aarch64-static', ['-cpu', 'cortex-a57', program], {
    cwd,
    timeout: 60_000,
  });
  rmSync(cwd, { recursive: true, force: true });
  return { stdout: stdout.toString(), exitCode: status ?? -1 };
}

describeIf(whyNot, 'files behave in a box as under Linux', () => {
  test.each([
    'fs-files',
    'fs-descriptors',
    'fs-poll',
    'fs-sockets',
    'fs-terminal',
    'fs-interfaces',
    'fs-splice',
    'fs-inotify',
  ])(
    '%s',
    (name) => {
      const program = compileProgram(path.join(packageRoot, 'fixtures', `${name}.c`));
      const { stdout, exitCode } = runTestBox({
        files: [
          { path: '/bin/program', mode: 0o100755, content: readProgram(program) },
          { path: '/w', mode: 0o040755 },
        ],
        argv: ['/bin/program'],
        boot: [
          ['memory', '268435456'],
          ['cwd', '/w'],
        ],
      });
      expect({ stdout, exitCode }).toEqual(runOnLinux(program));
    },
    60_000,
  );
});
