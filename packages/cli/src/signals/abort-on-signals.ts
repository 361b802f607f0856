/** A signal to stop, raised by Ctrl-C and its like. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 128 and the number of the signal that came. */
  readonly exitCode: number;
  dispose(): void;
}

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Listens for the signals that ask a process to end. The second one ends it at once. */
export function abortOnSignals(): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  const onSignal = (name: NodeJS.Signals) => {
    const number = Object.entries(numbers).find(([key]) => key === name)?.[1] ?? 2;
    if (controller.signal.aborted) process.exit(128 + number);
    exitCode = 128 + number;
    controller.abort();
  };
  for (const name of Object.keys(numbers)) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose: () => {
      for (const name of Object.keys(numbers)) process.off(name, onSignal);
    },
  };
}
