import { BoxTrapError } from '../errors.ts';
import { bytesInput, pumpedInput } from '../stdio/input.ts';
import { budgeted, OutputBudget, type OutputSink } from '../stdio/output.ts';
import { Harness } from '../testing/harness.ts';

const STREAMS = 'wasi:io/streams';
const CLOCK = 'wasi:clocks/monotonic-clock';
const POLL = 'wasi:io/poll';

const ended = (box: Harness) => box.u8(0) === 1 && box.u8(4) === 1;

describe('standard output', () => {
  it('is written whole', () => {
    const box = new Harness();
    const stream = Number(box.call('wasi:cli/stdout', 'get-stdout'));
    box.call(STREAMS, '[method]output-stream.check-write', stream, 'result');
    expect([box.u8(0), box.u64(8) > 4096n]).toEqual([0, true]);
    box.call(STREAMS, '[method]output-stream.write', stream, 'one ', 'result');
    box.call(STREAMS, '[method]output-stream.blocking-write-and-flush', stream, 'two', 'result');
    box.call(STREAMS, '[method]output-stream.blocking-flush', stream, 'result');
    box.call(STREAMS, '[method]output-stream.write-zeroes', stream, 2n, 'result');
    expect(box.output).toBe('one two\0\0');
    for (const length of [-1n, 2n ** 40n])
      expect(() => box.call(STREAMS, '[method]output-stream.write-zeroes', stream, length, 'result')).toThrow(
        BoxTrapError,
      );
  });

  it('is closed when nobody reads it', () => {
    const box = new Harness({ stdout: { write: () => false } });
    const stream = Number(box.call('wasi:cli/stdout', 'get-stdout'));
    box.call(STREAMS, '[method]output-stream.write', stream, 'x', 'result');
    expect(ended(box)).toBe(true);
  });

  it('tells why a write failed', () => {
    const stdout: OutputSink = {
      write() {
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    };
    const box = new Harness({ stdout });
    const stream = Number(box.call('wasi:cli/stdout', 'get-stdout'));
    box.call(STREAMS, '[method]output-stream.write', stream, 'x', 'result');
    expect([box.u8(0), box.u8(4)]).toEqual([1, 0]);
    box.call('wasi:io/error', '[method]error.to-debug-string', box.u32(8), 'result');
    expect(box.text(0)).toBe('no space left on device');
  });

  it('has one budget with standard error', () => {
    const budget = new OutputBudget(10);
    let text = '';
    const sink: OutputSink = { write: (bytes) => Boolean((text += Buffer.from(bytes).toString())) };
    const [out, error] = [budgeted(sink, budget), budgeted(sink, budget)];
    out.write(Buffer.from('12345'));
    expect(() => error.write(Buffer.from('abcdefgh'))).toThrow('output-limit');
    expect(text).toBe('12345abcde');
  });
});

describe('standard input', () => {
  it('is read to its end', () => {
    const box = new Harness({ stdin: bytesInput(Buffer.from('hello')) });
    const stream = Number(box.call('wasi:cli/stdin', 'get-stdin'));
    box.call(STREAMS, '[method]input-stream.blocking-read', stream, 3n, 'result');
    expect(box.text(4)).toBe('hel');
    box.call(STREAMS, '[method]input-stream.skip', stream, 1n, 'result');
    expect(box.u64(8)).toBe(1n);
    box.call(STREAMS, '[method]input-stream.read', stream, 2n ** 64n - 1n, 'result');
    expect(box.text(4)).toBe('o');
    box.call(STREAMS, '[method]input-stream.read', stream, 1n, 'result');
    expect(ended(box)).toBe(true);
  });

  it('is asked for only when it is wanted, and once', () => {
    const box = new Harness();
    let asked = 0;
    const input = pumpedInput(box.control, () => asked++);
    const reader = new Harness({ stdin: input });
    const stream = Number(reader.call('wasi:cli/stdin', 'get-stdin'));
    reader.call(STREAMS, '[method]input-stream.read', stream, 10n, 'result');
    expect([reader.u8(0), reader.u32(8), asked]).toEqual([0, 0, 0]);
    input.request();
    input.request();
    expect(asked).toBe(1);
    box.control.putInput(Buffer.from('ab'));
    box.control.endInput();
    reader.call(STREAMS, '[method]input-stream.read', stream, 10n, 'result');
    expect(reader.text(4)).toBe('ab');
    reader.call(STREAMS, '[method]input-stream.read', stream, 10n, 'result');
    expect(ended(reader)).toBe(true);
  });
});

describe('waiting', () => {
  it('lasts as long as the clock says', () => {
    const box = new Harness();
    const started = performance.now();
    const pollable = Number(box.call(CLOCK, 'subscribe-duration', 30_000_000n));
    expect(box.call(POLL, '[method]pollable.ready', pollable)).toBe(0);
    box.call(POLL, '[method]pollable.block', pollable);
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
    expect(box.call(POLL, '[method]pollable.ready', pollable)).toBe(1);
  });

  it('ends for the first of several', () => {
    const box = new Harness();
    const [late, soon] = [10n ** 12n, 10_000_000n].map((ns) =>
      Number(box.call(CLOCK, 'subscribe-duration', ns)),
    );
    new DataView(box.memory.buffer).setUint32(8192, late ?? 0, true);
    new DataView(box.memory.buffer).setUint32(8196, soon ?? 0, true);
    box.call(POLL, 'poll', 8192, 2, 'result');
    expect([box.u32(4), box.guest.u32(box.u32(0))]).toEqual([1, 1]);
  });

  it.each([0, 0x7fffffff])('refuses a list of %d', (count) => {
    const box = new Harness();
    expect(() => box.call(POLL, 'poll', 8192, count, 'result')).toThrow(BoxTrapError);
  });
});

describe('clocks and random numbers', () => {
  it('agree with the host', () => {
    const box = new Harness();
    const before = process.hrtime.bigint();
    const now = box.call(CLOCK, 'now') as bigint;
    expect(now >= before && now <= process.hrtime.bigint()).toBe(true);
    box.call('wasi:clocks/wall-clock', 'now', 'result');
    expect(Math.abs(Number(box.u64(0)) - Date.now() / 1000)).toBeLessThan(5);
    expect(box.u32(8)).toBeLessThan(1e9);
  });

  it('do not repeat', () => {
    const box = new Harness();
    const seen = new Set(Array.from({ length: 100 }, () => box.call('wasi:random/random', 'get-random-u64')));
    expect(seen.size).toBe(100);
    box.call('wasi:random/random', 'get-random-bytes', 32n, 'result');
    expect(box.u32(4)).toBe(32);
    expect(() => box.call('wasi:random/random', 'get-random-bytes', 2n ** 40n, 'result')).toThrow(
      BoxTrapError,
    );
  });
});

describe('terminals', () => {
  it.each([true, false])('are there when the box has one: %s', (terminal) => {
    const box = new Harness({ terminal });
    box.call('wasi:cli/terminal-stdin', 'get-terminal-stdin', 'result');
    expect(box.u8(0)).toBe(terminal ? 1 : 0);
  });
});

describe('an interface that boxes do not have', () => {
  it.each(['wasi:sockets/tcp', 'wasi:http/outgoing-handler', 'env', 'wasi_snapshot_preview1'])(
    'is refused: %s',
    (name) => {
      expect(() => new Harness().call(name, 'anything')).toThrow(
        `it imports ${name}@0.2.0, which boxes do not have`,
      );
    },
  );

  it('is refused by function too', () => {
    expect(() => new Harness().call('wasi:io/poll', 'constructor')).toThrow('does not exist');
  });
});
