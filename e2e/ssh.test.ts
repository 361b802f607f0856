import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allowTime,
  boxer,
  command,
  describeIf,
  root,
  temporaryDirectory,
  whyNoCommand,
} from './support/boxer.ts';

allowTime(300_000);

const needed = ['ssh-agent', 'ssh-add', 'ssh-keygen', 'aarch64-linux-gnu-gcc', 'qemu-aarch64-static'];

/** @source draft-ietf-sshm-ssh-agent: SSH_AGENTC_REQUEST_IDENTITIES, SSH_AGENTC_REMOVE_ALL_IDENTITIES */
const LIST = '0b';
const REMOVE_ALL = '13';
const FAILURE = '05';

describeIf(whyNoCommand(...needed), 'RUN --mount=type=ssh', () => {
  const work = temporaryDirectory();
  const context = join(work, 'context');
  const key = join(work, 'key');
  const socket = join(work, 'agent');
  const env = { ...process.env, BOXER_CACHE_DIR: join(work, 'cache'), SSH_AUTH_SOCK: socket };
  let agent: ChildProcess;
  /** What the agent says to the same program on this machine. */
  let listed = '';

  beforeAll(async () => {
    mkdirSync(context);
    const ask = join(context, 'ask');
    const source = join(root, 'fixtures', 'ssh-agent', 'ask.c');
    expect(command('aarch64-linux-gnu-gcc', ['-static', '-O1', '-o', ask, source]).status).toBe(0);
    expect(command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]).status).toBe(0);
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    while (!existsSync(socket)) await sleep(20);
    expect(command('ssh-add', ['-q', key], { env }).status).toBe(0);
    listed = command('qemu-aarch64-static', [ask, LIST], { env }).stdout.trim();
    expect(listed).toMatch(/^0c00000001/);
    copyFileSync(key, join(work, 'other'));
  });
  afterAll(() => agent.kill());

  /** @returns what each RUN wrote to the file of its name */
  const build = (lines: string, ...args: string[]) => {
    writeFileSync(join(context, 'Dockerfile'), `FROM scratch\nCOPY ask /ask\n${lines}`);
    const output = ['--progress', 'plain', '--output', `type=tar,dest=${join(work, 'out.tar')}`];
    const { status, stderr } = boxer(['build', context, '--no-cache', ...output, ...args], { env });
    const said = stderr.split('\n').flatMap((line) => /^#\d+ [\d.]+ (.*)/.exec(line)?.[1] ?? []);
    return { status, stderr, said };
  };

  it('reaches the agent of this machine, which lists and signs and does nothing else', () => {
    const { status, said } = build(
      `RUN --mount=type=ssh ["/ask", "${LIST}", "${REMOVE_ALL}", "${LIST}"]\n`,
      '--ssh',
      'default',
    );
    expect({ status, said }).toEqual({ status: 0, said: [listed, FAILURE, listed] });
    expect(
      command('tar', ['-tf', join(work, 'out.tar')])
        .stdout.split('\n')
        .filter(Boolean),
    ).toEqual(['ask']);
  });

  it('makes an agent of key files, at the place and for the user that are asked for', () => {
    const { status, said } = build(
      `USER 7\nRUN --mount=type=ssh,id=k,target=/tmp/sock,uid=7,required ["/ask", "${LIST}"]\n`,
      '--ssh',
      `k=${key}`,
    );
    // The comment of a key file's only key is its own, too.
    expect({ status, said }).toEqual({ status: 0, said: [listed] });
  });

  it('keeps the socket from other users', () => {
    const { status, said } = build('USER 7\nRUN --mount=type=ssh ["/ask"]\n', '--ssh', 'default');
    expect({ status, said }).toEqual({ status: 1, said: ['connect: Permission denied'] });
  });

  // Oracle: BuildKit, solver/llbsolver/mounts (getSSHMountable) and client/llb/exec.go.
  it('is left out where there is no agent, but for the variable', () => {
    const { said } = build('RUN --mount=type=ssh ["/ask"]\n');
    expect(said).toEqual(['connect: No such file or directory']);
    const required = 'RUN --mount=type=ssh,required ["/ask"]\n';
    expect(build(required).stderr).toContain('error: no SSH key "default" forwarded from the client\n');
    expect(build(required, '--ssh', 'other').stderr).toContain('error: unset ssh forward key default\n');
  });

  it('refuses what is no key', () => {
    const { status, stderr } = build(
      'RUN --mount=type=ssh ["/ask"]\n',
      '--ssh',
      `default=${context}/Dockerfile`,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: Cannot use --ssh default: failed to parse .*Dockerfile: [^@\n]+\n/);
    expect(stderr).toContain('code: BUILD_INPUT\n');
  });
});
