import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { optimiseScripts } from '../../native-code/optimising.ts';
import type { TranslatorData, TranslatorReply, TranslatorRequest } from './messages.ts';

/** Of what is translated little lives for long, and V8 would take three times as much memory before it looks. */
const YOUNG_GENERATION_MIB = 8;

/** The thread that translates. Nobody waits for it: replies are looked for when the box comes by. */
export class Translator {
  readonly #port: MessagePort;
  readonly #worker: Worker;

  private constructor(path: string, data: TranslatorData) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.unref();
    this.#worker = new Worker(path, {
      env: {},
      execArgv: [],
      name: 'translator',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
      workerData: { ...data, port: port2 },
      transferList: [port2],
    });
    // Without it the box goes on in the interpreter.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** @returns undefined when run from sources that were never built */
  static start(data: TranslatorData): Translator | undefined {
    const path = [
      new URL('./translator.js', import.meta.url),
      new URL('../../../dist/bundle/translator.js', import.meta.url),
    ]
      .map((url) => fileURLToPath(url))
      .find((each) => existsSync(each) && each.includes('bundle'));
    return path === undefined ? undefined : new Translator(path, data);
  }

  post(request: TranslatorRequest): void {
    this.#port.postMessage(request);
  }

  /** @returns a reply, if there is one */
  poll(): TranslatorReply | undefined {
    const received = receiveMessageOnPort(this.#port) as { readonly message: TranslatorReply } | undefined;
    return received?.message;
  }

  close(): void {
    this.#port.close();
    // It may be at work.
    void this.#worker.terminate().then(() => optimiseScripts(true));
  }
}
