import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { allowTime, boxerOk, root, temporaryDirectory } from './support/boxer.ts';

allowTime(300_000);

describe('builds that share a cache', () => {
  const work = temporaryDirectory();
  const context = join(work, 'context');
  const cache = join(work, 'cache');
  const env = { ...process.env, BOXER_CACHE_DIR: cache, SOURCE_DATE_EPOCH: '' };
  const args = (name: string) => [
    'build',
    context,
    '-o',
    join(work, name),
    '--build-arg',
    'SOURCE_DATE_EPOCH=1700000000',
  ];

  beforeAll(() => {
    mkdirSync(context);
    for (let i = 0; i < 300; i++) writeFileSync(join(context, `f${i}`), `${i}\n`.repeat(i * 20));
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /a/\nWORKDIR /w\nCOPY f1 f2 ./\n');
  });

  function start(name: string) {
    return spawn(process.execPath, [join(root, 'boxer'), ...args(name)], { env, stdio: 'ignore' });
  }

  it('may run at the same time', async () => {
    const builds = ['one.wasm', 'two.wasm', 'three.wasm'].map(start);
    const ended = await Promise.all(builds.map((build) => once(build, 'exit')));
    expect(ended.map(([status]: (number | null)[]) => status)).toEqual([0, 0, 0]);
    const [one, two, three] = ['one', 'two', 'three'].map((name) => readFileSync(join(work, `${name}.wasm`)));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    expect(one?.equals(three ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([50, 120, 180, 240, 300, 400, 600])('may be killed after %d ms', async (ms) => {
    const build = start('killed.wasm');
    const exit = once(build, 'exit');
    await delay(ms);
    build.kill('SIGKILL');
    await exit;
    // Whatever was reached: the file is there whole or not at all, and the next build is not misled.
    boxerOk(args('after.wasm'), { env });
    const after = readFileSync(join(work, 'after.wasm'));
    expect(after.equals(readFileSync(join(work, 'one.wasm')))).toBe(true);
    if (existsSync(join(work, 'killed.wasm')))
      expect(readFileSync(join(work, 'killed.wasm')).equals(after)).toBe(true);
    expect(readdirSync(join(cache, 'builds'))).toEqual([]);
    expect(readdirSync(work).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('may be killed again and again from an empty cache on, at random moments', async () => {
    const own = { ...env, BOXER_CACHE_DIR: join(work, 'killed-cache') };
    const moments: number[] = [];
    for (let round = 0; round < 8; round++) {
      const build = spawn(process.execPath, [join(root, 'boxer'), ...args('killed.wasm')], {
        env: own,
        stdio: 'ignore',
      });
      const exit = once(build, 'exit');
      moments.push(Math.round(Math.random() * 1500));
      await delay(moments.at(-1));
      build.kill('SIGKILL');
      await exit;
    }
    console.log(`killed after ${moments.join(', ')} ms`);
    boxerOk(args('after.wasm'), { env: own });
    const clean = readFileSync(join(work, 'one.wasm'));
    expect(readFileSync(join(work, 'after.wasm')).equals(clean)).toBe(true);
    // What is left of the killed ones goes with the next pruning.
    boxerOk(['cache', 'prune', '--all'], { env: own });
    expect(readdirSync(join(work, 'killed-cache', 'layers'))).toEqual([]);
    boxerOk(args('after.wasm'), { env: own });
    expect(readFileSync(join(work, 'after.wasm')).equals(clean)).toBe(true);
  });

  it('may be interrupted, and say so', async () => {
    const build = spawn(process.execPath, [join(root, 'boxer'), ...args('interrupted.wasm')], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exit = once(build, 'exit');
    let stderr = '';
    build.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr === '') build.kill('SIGINT');
      stderr += text;
    });
    const [status] = (await exit) as [number | null];
    expect([0, 130]).toContain(status);
    if (status === 130) expect(stderr).toContain('interrupted');
    expect(readdirSync(join(cache, 'builds'))).toEqual([]);
    expect(readdirSync(work).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
