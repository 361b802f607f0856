/** One flag of a command. The parser, the help text and the reference page are derived from these rows. */
export interface FlagRow {
  /** Long name, without dashes. */
  readonly name: string;
  /** Short name, one letter, without dash. */
  readonly char?: string;
  /** `switch`: on or off; `value`: the last one counts; `list`: all count, in order. */
  readonly kind: 'switch' | 'value' | 'list';
  /** Placeholder of the value in help texts. */
  readonly value?: string;
  /** One line that says what the flag does. */
  readonly summary: string;
}
