import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allowTime,
  boxer,
  boxerOk,
  command,
  describeIf,
  itIf,
  type Outcome,
  root,
  temporaryDirectory,
  whyNoCommand,
} from './support/boxer.ts';
import { debianLayout, whyNoDebian } from './support/debian.ts';

allowTime(1_200_000);

describeIf(whyNoDebian(), 'Debian trixie for linux/arm64 in a box', () => {
  const work = temporaryDirectory();
  const image = join(work, 'debian.wasm');
  let buildLog = '';

  beforeAll(() => {
    const base = debianLayout(join(work, 'layout'));
    const fixture = join(root, 'fixtures', 'debian');
    const build = boxerOk(
      ['build', fixture, '--build-context', `debian=${base}`, '-o', image, '--progress', 'plain'],
      {
        timeoutMs: 1_200_000,
        env: { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') },
      },
    );
    buildLog = build.stderr;
  });

  const inBox = (script: string) =>
    boxer(['run', '-e', 'LC_ALL=C', '--tmpfs', '/tmp/work', '-w', '/tmp/work', image, 'bash', '-c', script]);

  /** The same script on this machine, in an empty directory. */
  function onHost(script: string): Outcome {
    const directory = mkdtempSync(join(tmpdir(), 'boxer-host-'));
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', HOME: directory };
    try {
      return command('bash', ['-c', script], { cwd: directory, env });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  describe('the build', () => {
    // Oracle: the three RUN of the Dockerfile on Linux: wc's line and the sum of the squares up to 100.
    it('shows what RUN writes', () => {
      expect(buildLog).toContain(' 100 numbers.txt\n');
      expect(buildLog).toContain(' 338350\n');
    });

    it('starts the image’s command in its directory', () => {
      expect(boxer(['run', image])).toEqual({ status: 0, stdout: '10020\n9804\n9606\n', stderr: '' });
    });

    it('hands files over with the owner that COPY --chown gives', () => {
      const { stdout } = boxer([
        'run',
        image,
        'stat',
        '-c',
        '%u:%g %a %n',
        'numbers.txt',
        'repo',
        'repo/numbers.txt',
      ]);
      expect(stdout).toBe('0:0 644 numbers.txt\n1000:1000 755 repo\n1000:1000 644 repo/numbers.txt\n');
    });

    it('keeps the database and the repository that RUN made', () => {
      const { stdout } = boxer([
        'run',
        image,
        'bash',
        '-c',
        'sqlite3 numbers.db "select max(value) from square"; git -c safe.directory=* -C repo log --format=%an:%s',
      ]);
      expect(stdout).toBe('10000\nBoxer:numbers\n');
    });

    it('is not executed again when nothing changed', () => {
      const base = `oci-layout://${join(work, 'layout')}`;
      const again = join(work, 'again.wasm');
      const { stderr } = boxerOk(
        [
          'build',
          join(root, 'fixtures', 'debian'),
          '--build-context',
          `debian=${base}`,
          '-o',
          again,
          '--progress',
          'plain',
        ],
        { timeoutMs: 1_200_000, env: { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') } },
      );
      expect(stderr.match(/^#\d+ CACHED$/gm)).toHaveLength(8);
      expect(stderr).not.toContain('338350');
    });
  });

  /** Programs of Debian 12 and 13 agree on all of these. */
  const scripts: [title: string, needs: string, script: string][] = [
    [
      'a pipeline of ten coreutils',
      'bash',
      'seq 1 2000 | factor | tr -d : | cut -d" " -f2- | tr " " "\\n" | sort -n | uniq -c | sort -k1,1nr -k2,2n | head -n 25 | nl | tail -n 20 | paste -s -d, | fold -w 60',
    ],
    [
      'loops, arrays and arithmetic of bash',
      'bash',
      'declare -A m; for i in {1..300}; do ((m[$((i%7))]+=i*i)); done; for k in $(printf "%s\\n" "${!m[@]}" | sort); do echo "$k=${m[$k]}"; done; [[ foo.tar.gz =~ ^([^.]+)\\.(.*)$ ]] && echo "${BASH_REMATCH[2]}"',
    ],
    [
      'subshells, traps and exit codes',
      'bash',
      'trap "echo bye" EXIT; (exit 3); echo $?; set -o pipefail; false | true; echo $?; sleep 0.05 & wait $!; echo $?; kill -TERM $$ & wait; exit 7',
    ],
    [
      'awk, sed, grep and find',
      'gawk',
      'for d in a b c; do mkdir $d; seq 10 | sed "s/^/$d/" > $d/f.txt; done; find . -name "*.txt" | sort | xargs cat | grep -E "[ac](1|5)" | gawk -F "" "{n[\\$1]+=\\$2} END {for (k in n) print k, n[k]}" | sort',
    ],
    [
      'files, links, modes and times',
      'bash',
      'umask 027; echo hi > f; ln f g; ln -s f h; mkdir -p d/e; chmod 4711 f; touch -d @1000000000 f; stat -c "%n %A %h %s %F" f g h d; stat -c %Y f; cp -a f d/; mv d/f d/e/; find d | sort; sha256sum f g h; md5sum < f; rm -r d; ls',
    ],
    [
      'json, re and hashing of python3',
      'python3',
      `python3 - <<'E'
import json, re, hashlib, collections, itertools, fractions, decimal
text = json.dumps({'a': [1, 2.5, None, True, 'ü'], 'b': {'c': 1e100}}, sort_keys=True)
print(text, json.loads(text) == {'a': [1, 2.5, None, True, 'ü'], 'b': {'c': 1e100}})
print(re.sub(r'(\\w+)@(\\w+)', r'\\2 at \\1', 'me@here, you@there'), re.findall(r'(?<=-)\\d+', 'a-1 b-22'))
print(hashlib.sha256(b'x' * 100000).hexdigest(), hashlib.blake2b(b'y').hexdigest()[:16])
print(collections.Counter('mississippi').most_common(), sum(map(fractions.Fraction, ['1/3', '1/6'])))
print(decimal.Decimal(2).sqrt(), 2 ** 200 % 997, [f'{x:.3e}' for x in (1/3, 2e-310, 1e308)])
E`,
    ],
    [
      'sqlite3 of python3',
      'python3',
      `python3 - <<'E'
import sqlite3
c = sqlite3.connect('x.db')
c.execute('create table t (k text primary key, v real)')
c.executemany('insert into t values (?, ?)', [(f'k{i}', i / 7) for i in range(500)])
c.commit()
print(c.execute('select count(*), round(sum(v), 6), max(k) from t where v > 3').fetchall())
c.close()
print(sqlite3.connect('x.db').execute('pragma integrity_check').fetchall())
E`,
    ],
    [
      'subprocesses of python3',
      'python3',
      `python3 - <<'E'
import subprocess, os, signal, sys
print(subprocess.run(['sort', '-r'], input='a\\nc\\nb\\n', capture_output=True, text=True).stdout.split())
print(subprocess.check_output('echo $((6*7)); exit 0', shell=True))
p = subprocess.Popen(['sleep', '60']); p.terminate(); print(p.wait())
r, w = os.pipe()
if os.fork() == 0:
    os.write(w, b'child'); os._exit(5)
print(os.read(r, 10), os.waitstatus_to_exitcode(os.wait()[1]))
E`,
    ],
    [
      'threads of python3',
      'python3',
      `python3 - <<'E'
import threading, queue, concurrent.futures
q, done = queue.Queue(), []
def work():
    while (n := q.get()) is not None: done.append(n * n)
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for n in range(200): q.put(n)
for _ in threads: q.put(None)
for t in threads: t.join()
print(len(done), sum(done))
with concurrent.futures.ThreadPoolExecutor(3) as pool: print(list(pool.map(lambda n: n ** 3, range(6))))
E`,
    ],
    [
      'git: init, add, commit, log, branch, diff',
      'git',
      'export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000" GIT_CONFIG_NOSYSTEM=1 HOME=$PWD; git init -q -b main r; cd r; seq 50 > f; git add f; git commit -q -m one; git checkout -q -b side; sed -i s/7/seven/ f; git commit -qam two; git log --format="%H %s" --all; git diff --stat main side; git checkout -q main; git merge -q side; git show --format=%T --no-patch; git gc -q; git fsck; git status --short; wc -l < f',
    ],
    [
      'perl -e',
      'perl',
      `perl -e 'my %h; $h{$_ % 5} += $_ ** 2 for 1..100; print "$_=$h{$_}\\n" for sort keys %h; my $s = "a1b22c333"; my @n = $s =~ /(\\d+)/g; printf "%s %.6f %s\\n", join("|", @n), atan2(1,1)*4, scalar reverse "boxer"; print qx(echo from the shell);'`,
    ],
  ];

  describe('answers as Linux does', () => {
    for (const [title, needs, script] of scripts) {
      itIf(whyNoCommand(needs), title, () => {
        const host = onHost(script);
        expect(inBox(script)).toEqual(host);
      });
    }

    // Oracle: sqlite3 3.46 on Linux; the host need not have it.
    it('sqlite3 on a file', () => {
      const script =
        'sqlite3 t.db "create table t(a integer primary key, b text); insert into t(b) values (\'x\'),(\'y\'),(\'z\');" && sqlite3 -json t.db "select a, upper(b) as b from t where a > 1" && sqlite3 t.db "with recursive c(n) as (select 1 union all select n+1 from c where n<1000) select sum(n), count(*) from c; pragma integrity_check"';
      expect(inBox(script)).toEqual({
        status: 0,
        stdout: '[{"a":2,"b":"Y"},\n{"a":3,"b":"Z"}]\n500500|1000\nok\n',
        stderr: '',
      });
    });
  });

  describe('stays in its box', () => {
    it('sees the variables that are granted, and no other', () => {
      const env = { ...process.env, SECRET_OF_HOST: 'hunter2', WANTED: 'yes' };
      const { stdout } = boxer(['run', '-e', 'WANTED', '-e', 'GIVEN=1', image, 'env'], { env });
      expect(stdout).toContain('WANTED=yes\n');
      expect(stdout).toContain('GIVEN=1\n');
      expect(stdout).not.toContain('hunter2');
    });

    it('does not follow a link out of a mount', () => {
      const mount = join(work, 'mount');
      mkdirSync(mount, { recursive: true });
      const secret = join(work, 'secret');
      writeFileSync(secret, 'hunter2\n');
      symlinkSync(secret, join(mount, 'absolute'));
      symlinkSync('../secret', join(mount, 'relative'));
      const script = `ln -s ../../../${secret} /m/up; cat /m/absolute /m/relative /m/up /m/../secret; ls /m`;
      const { stdout } = boxer(['run', '-v', `${mount}:/m`, image, 'bash', '-c', script]);
      expect(stdout).toBe('absolute\nrelative\nup\n');
    });

    it.each([
      ['a loop without end, by fuel', ['--fuel', '50m'], 'while :; do :; done', 152],
      ['a loop without end, by time', ['--timeout', '3s'], 'while :; do :; done', 124],
      ['a sleeper', ['--timeout', '2s'], 'sleep 1000', 124],
      [
        'a memory hog',
        ['--memory', '128m'],
        'exec python3 -c "x = bytearray(1 << 31); x[::4096] = b\\"x\\" * len(x[::4096])"',
        137,
      ],
    ])('stops %s', (_, flags, script, status) => {
      expect(boxer(['run', ...flags, image, 'bash', '-c', script], { timeoutMs: 120_000 }).status).toBe(
        status,
      );
    });

    it('survives a fork bomb', () => {
      const bomb = ':(){ :|:& };: ; sleep 5; echo over';
      const { status } = boxer(['run', '--timeout', '20s', '--memory', '256m', image, 'bash', '-c', bomb], {
        timeoutMs: 180_000,
      });
      expect([0, 1, 124, 137, 254]).toContain(status);
    });

    it('stops a flood of output', () => {
      const { status, stdout } = boxer(['run', '--max-output', '1m', '--timeout', '60s', image, 'yes']);
      expect(status).not.toBe(0);
      expect(stdout.length).toBeLessThanOrEqual(1024 * 1024);
    });
  });

  describe('exit codes', () => {
    // Oracle: docker run, "Exit status".
    it.each([
      [['bash', '-c', 'exit 42'], 42],
      [['bash', '-c', 'kill -9 $$'], 137],
      [['/no/such/program'], 127],
      [['/etc/debian_version'], 126],
    ])('%j ends with %d', (words, status) => expect(boxer(['run', image, ...words]).status).toBe(status));

    // Oracle: the same lines of a shell with programs of the host: SIGPIPE where nobody reads, an error where the disk is full.
    it.each([
      ['>/dev/full', { status: 3, stderr: 'went on\n' }],
      ['| true; exit ${PIPESTATUS[0]}', { status: 141, stderr: '' }],
    ])('are those of programs whose output cannot be written: %s', (where, expected) => {
      const script = 'while echo; do :; done 2>/dev/null; echo went on >&2; exit 3';
      const line = [process.execPath, join(root, 'boxer'), 'run', image, 'bash', '-c', script];
      const words = line.map((word) => `'${word}'`).join(' ');
      expect(command('bash', ['-c', `${words} ${where}`])).toMatchObject(expected);
    });
  });
});
