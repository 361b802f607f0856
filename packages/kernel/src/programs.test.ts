/**
 * C programs in a box. Oracle: the same binary under qemu-aarch64 (user mode), or, for what qemu-user does otherwise than
 * Linux, the same source compiled for this machine and run on its Linux.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeIf } from '@boxer/foundation/testing';
import { packageRoot } from './build/paths.ts';
import {
  compileNative,
  compileProgram,
  readProgram,
  runNative,
  runUnderQemu,
  whyNoPrograms,
} from './testing/compile-program.ts';
import { runTestBox, type TestBoxResult, whyNoTestBox } from './testing/test-box.ts';

const whyNot = whyNoPrograms() ?? whyNoTestBox();

const fixture = (name: string): string => path.join(packageRoot, 'fixtures', `${name}.c`);

function runInBox(
  program: string,
  args: readonly string[] = [],
  boot: readonly (readonly [string, string])[] = [],
): TestBoxResult {
  return runTestBox({
    files: [
      { path: '/bin/program', mode: 0o100755, content: readProgram(program) },
      { path: '/tmp', mode: 0o041777 },
    ],
    argv: ['/bin/program', ...args],
    boot: [['memory', '536870912'], ...boot],
  });
}

describeIf(whyNot, 'programs behave in a box as under qemu-aarch64', () => {
  // oracle: qemu-aarch64 7.2 -cpu cortex-a57
  test.each([
    'hello',
    'threads',
    'fork-wait',
    'pipes',
    'signals',
    'memory',
    'futex',
    'timers',
    'identity',
    'lost-mappings',
  ])(
    '%s',
    (name) => {
      const program = compileProgram(fixture(name));
      const expected = runUnderQemu(program, ['argument'], '');
      const { stdout, exitCode } = runInBox(program, ['argument']);
      expect({ stdout, exitCode }).toEqual(expected);
    },
    60_000,
  );
});

describeIf(whyNot, 'a position-independent program', () => {
  // oracle: qemu-aarch64 7.2. ld calls a program linked to a high address ET_EXEC (2), other linkers ET_DYN (3).
  test('is moved downwards when its addresses are high', () => {
    const linking = [
      '-nostdlib',
      '-static-pie',
      '-fPIE',
      '-Wl,-Ttext-segment=0x40000000,--no-dynamic-linker',
    ];
    const program = compileProgram(fixture('high-pie'), linking);
    const bytes = readProgram(program);
    bytes[16] = 3;
    writeFileSync(program, bytes);
    const { stdout, exitCode } = runInBox(program);
    expect({ stdout, exitCode }).toEqual(runUnderQemu(program, [], ''));
    expect(exitCode).toBe(7);
  }, 60_000);
});

describeIf(whyNot, 'the processor', () => {
  // oracle: qemu-aarch64 7.2 -cpu neoverse-n1, which shows the identification registers as Linux does
  test('is a Neoverse N1 by the auxiliary vector and the identification registers', () => {
    const program = compileProgram(fixture('cpu-features'));
    const { stdout, exitCode } = runInBox(program);
    expect({ stdout, exitCode }).toEqual(runUnderQemu(program, [], '', 'neoverse-n1'));
  }, 60_000);

  // oracle: Linux's names of the bits of AT_HWCAP, and MIDR_EL1
  test('is the same in /proc/cpuinfo', () => {
    const { stdout } = runInBox(compileProgram(fixture('cpu-features')), ['cpuinfo']);
    expect(stdout).toBe('features agree\nmidr agrees\n');
  }, 60_000);
});

describeIf(whyNot, 'programs behave in a box as on Linux', () => {
  // oracle: the same source on this machine's Linux
  test.each([
    'sysv-ipc',
    'memory-above',
    'process-times',
    'process-memory',
    'hostile-numbers',
    'orphans',
    'running-file',
  ])(
    '%s',
    (name) => {
      const expected = runNative(compileNative(fixture(name)), []);
      const { stdout, exitCode } = runInBox(compileProgram(fixture(name)));
      expect({ stdout, exitCode }).toEqual(expected);
    },
    60_000,
  );

  test('exec', () => {
    const native = compileNative(fixture('exec'));
    const expected = runNative(native, [native]);
    const { stdout, exitCode } = runInBox(compileProgram(fixture('exec')), ['/bin/program']);
    expect({ stdout, exitCode }).toEqual(expected);
  }, 60_000);

  // 7: mremap onto another part of the mapping that is moved; the others are new every time
  test.each(['7', ...[1, 2].map(() => String(Math.floor(Math.random() * 2 ** 31)))])(
    'random changes of mappings, seed %s',
    (seed) => {
      const expected = runNative(compileNative(fixture('mm-fuzz')), [seed, '300']);
      const { stdout, exitCode } = runInBox(compileProgram(fixture('mm-fuzz')), [seed, '300']);
      const differing = stdout.split('\n').find((line, at) => line !== expected.stdout.split('\n')[at]);
      expect({ seed, differing, exitCode }).toEqual({
        seed,
        differing: undefined,
        exitCode: expected.exitCode,
      });
    },
    60_000,
  );

  test('what qemu-user does otherwise', () => {
    const expected = readFileSync(path.join(packageRoot, 'fixtures/native-only.expected'), 'utf8');
    const { stdout, exitCode } = runInBox(compileProgram(fixture('native-only')));
    expect({ stdout, exitCode }).toEqual({ stdout: expected, exitCode: 0 });
  }, 60_000);
});

describeIf(whyNot, 'the box', () => {
  it('needs no help of the host to copy', () => {
    const program = compileProgram(fixture('fork-wait'));
    const expected = runUnderQemu(program, [], '');
    const { stdout, exitCode } = runTestBox({
      files: [{ path: '/bin/program', mode: 0o100755, content: readProgram(program) }],
      argv: ['/bin/program'],
      plainHost: true,
    });
    expect({ stdout, exitCode }).toEqual(expected);
  }, 60_000);

  it('survives system calls with random arguments', () => {
    const seed = String(Math.floor(Math.random() * 2 ** 31));
    const program = compileProgram(fixture('fuzz'));
    let result: TestBoxResult;
    try {
      result = runInBox(program, [seed, '20']);
    } catch (cause) {
      throw new Error(`fuzz ${seed} 20 ended the box`, { cause });
    }
    expect({ seed, exitCode: result.exitCode }).toEqual({ seed, exitCode: 0 });
  }, 60_000);

  it('ends with 127 and a message when the command does not exist', () => {
    const result = runTestBox({ files: [{ path: '/tmp', mode: 0o041777 }], argv: ['nothing'] });
    expect(result).toMatchObject({ end: 'bootFailed', exitCode: 127 });
    expect(result.log).toEqual(['boxer: cannot run "nothing": executable file not found in $PATH']);
  });

  it('ends with 126 when the command may not be executed', () => {
    const result = runTestBox({
      files: [{ path: '/bin/text', mode: 0o100644, content: Buffer.from('text') }],
      argv: ['/bin/text'],
    });
    expect(result).toMatchObject({ end: 'bootFailed', exitCode: 126 });
  });

  it('ends with 126 when the command is no program', () => {
    const result = runTestBox({
      files: [{ path: '/bin/text', mode: 0o100755, content: Buffer.from('text') }],
      argv: ['text'],
    });
    expect(result).toMatchObject({ end: 'bootFailed', exitCode: 126 });
  });

  it('ends with 152 when the fuel is used up', () => {
    const result = runInBox(compileProgram(fixture('spin')), [], [['fuel', '1000000']]);
    expect(result).toMatchObject({ end: 'outOfFuel', exitCode: 152 });
  });

  it('ends with 137 when it uses more memory than its cap', () => {
    const result = runInBox(compileProgram(fixture('eat')), [], [['memory', '33554432']]);
    expect(result).toMatchObject({ end: 'outOfMemory', exitCode: 137 });
  });

  it('shows system calls, strings and flags decoded', () => {
    const { log } = runInBox(compileProgram(fixture('hello')), ['a'], [['strace', '1']]);
    expect(log).toContain('[pid 1] write(1, "hello, 1 arguments, a\\n", 22) = 22');
    expect(log).toContain('[pid 1] exit_group(7) = ?');
  });

  it('runs as the user that the configuration names', () => {
    const program = compileProgram(fixture('who'));
    const { stdout } = runTestBox({
      files: [
        { path: '/bin/who', mode: 0o100755, content: readProgram(program) },
        { path: '/etc/passwd', mode: 0o100644, content: Buffer.from('app:x:1000:1001::/home/app:/bin/sh\n') },
        { path: '/etc/group', mode: 0o100644, content: Buffer.from('app:x:1001:\nmore:x:7:app\n') },
      ],
      argv: ['who'],
      boot: [['user', 'app']],
    });
    // Docker: supplementary groups are those that list the account.
    expect(stdout).toBe('1000 1001 groups 7 home /home/app\n');
  });
});
