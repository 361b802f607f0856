import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { itIf } from '@boxer/foundation/testing';
import { type BuildEvent, buildImage } from '../index.ts';
import type { Box, BoxOutcome, BoxRequest } from '../run/box-port.ts';
import { ChangeStreamWriter } from '../testing/change-stream.ts';
import { Slots } from './slots.ts';

/** Executes each command by calling a function; all make a file of their name. */
class WaitingBox implements Box {
  constructor(readonly execute: (name: string) => Promise<number>) {}

  async identity(): Promise<readonly unknown[]> {
    return ['waiting'];
  }

  async run({ argv }: BoxRequest): Promise<BoxOutcome> {
    const name = argv.at(-1) ?? '';
    const exitCode = await this.execute(name);
    const changes = new ChangeStreamWriter().file(name, name).bytes();
    return { kind: 'exited', exitCode, changes: once(changes) };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('stages', () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'boxer-stages-'));
    mkdirSync(join(work, 'context'));
    writeFileSync(join(work, 'context', 'a'), 'A');
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const dockerfile = [
    'FROM scratch AS base\nCOPY a /',
    'FROM base AS one\nRUN one',
    'FROM base AS two\nRUN two\nRUN three',
    'FROM scratch\nCOPY --from=one /one /\nCOPY --from=two / /two/\n',
  ].join('\n');

  async function build(machine: string, run: (name: string) => Promise<number>) {
    writeFileSync(join(work, 'context', 'Dockerfile'), dockerfile);
    const events: BuildEvent[] = [];
    const dest = join(work, `${machine}.wasm`);
    const options = {
      contextDirectory: join(work, 'context'),
      output: { type: 'component', dest },
      cacheDirectory: join(work, machine),
      buildArgs: { SOURCE_DATE_EPOCH: '1700000000' },
      onEvent: (event: BuildEvent) => events.push(event),
    } as const;
    const outcome = await buildImage(options, { box: new WaitingBox(run) }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const titles = new Map(
      events.flatMap((event) => (event.type === 'started' ? [[event.job, event.title] as const] : [])),
    );
    const ended = (type: BuildEvent['type']) =>
      events.flatMap((event) => (event.type === type && 'job' in event ? (titles.get(event.job) ?? []) : []));
    return { outcome, ended, bytes: outcome === undefined ? readFileSync(dest) : undefined };
  }

  const whyOneByOne = availableParallelism() > 1 ? undefined : 'there is one processor only';
  itIf(whyOneByOne, 'that do not need each other are executed at the same time', async () => {
    const running = new Set<string>();
    let together = 0;
    const { outcome } = await build('one', async (name) => {
      running.add(name);
      together = Math.max(together, running.size);
      // Each waits for the other, but not for ever: then it is seen that they did not meet.
      for (let tries = 0; together < 2 && tries < 100; tries++) await delay(20);
      running.delete(name);
      return 0;
    });
    expect(outcome).toBeUndefined();
    expect(together).toBe(2);
  });

  it('give the same image whichever is done first', async () => {
    const slow = (which: string) => async (name: string) => {
      if (name === which) await delay(100);
      return 0;
    };
    const first = await build('one', slow('one'));
    const second = await build('two', slow('two'));
    expect(first.bytes?.equals(second.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  itIf(whyOneByOne, 'are canceled when one fails, whose error the build has', async () => {
    const started: string[] = [];
    const { outcome, ended } = await build('one', async (name) => {
      started.push(name);
      if (name === 'one') return 3;
      await delay(200);
      return 0;
    });
    expect(outcome).toMatchObject({ code: 'BUILD_RUN_FAILED', line: 4 });
    expect(started.sort()).toEqual(['one', 'two']);
    expect(ended('failed')).toEqual(['[one 2/2] RUN one']);
    expect(ended('canceled')).toEqual(['[two 2/3] RUN two']);
    expect(readdirSync(join(work, 'one', 'builds'))).toEqual([]);
  });
});

describe('slots', () => {
  it('let so many pass at a time, in order, also after failures', async () => {
    const slots = new Slots(2);
    const log: string[] = [];
    let running = 0;
    let most = 0;
    const work = (name: number) =>
      slots.use(async () => {
        most = Math.max(most, ++running);
        log.push(`${name}`);
        await delay(5);
        running--;
        if (name === 1) throw new Error('no');
      });
    const ended = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
    expect(ended.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(most).toBe(2);
    expect(log).toEqual(['0', '1', '2', '3', '4']);
  });
});
