import type { Box, BoxOutcome, BoxRequest } from '../run/box-port.ts';
import { ChangeStreamWriter } from './change-stream.ts';

/** What a fake box does in place of a command. */
export interface FakeRun {
  readonly output?: string;
  readonly exitCode?: number;
  readonly limit?: string;
  /** It could not even be started: 126 or 127. */
  readonly notStarted?: number;
  changes?(writer: ChangeStreamWriter): void;
}

/** A box without a machine in it: answers with what a test says, and remembers what it was asked. */
export class FakeBox implements Box {
  readonly requests: BoxRequest[] = [];
  readonly #answer: (request: BoxRequest) => FakeRun;

  constructor(answer: (request: BoxRequest) => FakeRun) {
    this.#answer = answer;
  }

  async identity(): Promise<readonly unknown[]> {
    return ['fake'];
  }

  async run(request: BoxRequest): Promise<BoxOutcome> {
    this.requests.push(request);
    const fake = this.#answer(request);
    const { output = '', exitCode = 0, limit } = fake;
    request.onOutput('stdout', Buffer.from(output));
    if (limit !== undefined) return { kind: 'limit', why: limit };
    if (fake.notStarted !== undefined) return { kind: 'not-started', exitCode: fake.notStarted };
    const writer = new ChangeStreamWriter();
    fake.changes?.(writer);
    return { kind: 'exited', exitCode, changes: once(writer.bytes()) };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
