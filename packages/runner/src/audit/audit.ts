/** One grant that the box used, or one thing that was refused. */
export interface AuditEvent {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly outcome: 'granted' | 'refused';
  /** What it is about: `mount`, `variable`, `stdin`, `open`, `create`, `delete`, `rename`, `link`, `path`, `budget` … */
  readonly action: string;
  /** Path in the box, name of the variable, … cut to {@link MAX_VALUE_LENGTH}. */
  readonly subject: string;
  /** More, by name; values are cut too. Values of variables never appear. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** Takes events; absent when nobody listens. */
export type AuditSink = (event: AuditEvent) => void;

export const MAX_VALUE_LENGTH = 256;

/** Records what the box reaches for. Repeats of the same event in a row are recorded once. */
export class Audit {
  readonly #sink: AuditSink | undefined;
  #last = '';

  constructor(sink: AuditSink | undefined) {
    this.#sink = sink;
  }

  granted(action: string, subject: string, detail?: AuditEvent['detail']): void {
    if (this.#sink) this.#record('granted', action, subject, detail);
  }

  refused(action: string, subject: string, detail?: AuditEvent['detail']): void {
    if (this.#sink) this.#record('refused', action, subject, detail);
  }

  #record(
    outcome: AuditEvent['outcome'],
    action: string,
    subject: string,
    detail: AuditEvent['detail'],
  ): void {
    const what = {
      outcome,
      action,
      subject: cut(subject),
      ...(detail
        ? { detail: Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, cut(value)])) }
        : {}),
    };
    const key = JSON.stringify(what);
    if (key === this.#last) return;
    this.#last = key;
    this.#sink?.({ time: new Date().toISOString(), ...what });
  }
}

function cut<T extends string | number>(value: T): T | string {
  if (typeof value !== 'string' || value.length <= MAX_VALUE_LENGTH) return value;
  return `${value.slice(0, MAX_VALUE_LENGTH)}…`;
}
