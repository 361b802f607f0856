import { defaultNaN, type Format, isNaN, type Operand, quietBit, take } from './number.ts';

/** Bits of FPSR. */
export const exceptions = {
  invalid: 0x01n,
  divideByZero: 0x02n,
  overflow: 0x04n,
  underflow: 0x08n,
  inexact: 0x10n,
  inputDenormal: 0x80n,
} as const;

export type Mode = 'even' | 'plus' | 'minus' | 'zero' | 'away' | 'odd';
/** By the numbers of FPCR.RMode, then the ones that only instructions select. */
export const modes: readonly Mode[] = ['even', 'plus', 'minus', 'zero', 'away', 'odd'];

/** One operation under a given FPCR; collects the exceptions. */
export class Environment {
  flags = 0n;
  readonly mode: Mode;
  readonly defaultNaN: boolean;
  readonly alternativeHalf: boolean;

  constructor(private readonly fpcr: number) {
    this.mode = modes[(fpcr >> 22) & 3] ?? 'even';
    this.defaultNaN = (fpcr & (1 << 25)) !== 0;
    this.alternativeHalf = (fpcr & (1 << 26)) !== 0;
  }

  raise(name: keyof typeof exceptions): void {
    this.flags |= exceptions[name];
  }

  flushes(format: Format): boolean {
    return (this.fpcr & (format.bits === 16 ? 1 << 19 : 1 << 24)) !== 0;
  }

  /** An operand, a denormal one as a zero when FPCR says so. */
  take(format: Format, bits: bigint): Operand {
    const operand = take(format, bits, { flush: this.flushes(format) });
    if (operand.flushed && format.bits !== 16) this.raise('inputDenormal');
    return operand;
  }

  invalid(format: Format): bigint {
    this.raise('invalid');
    return defaultNaN(format);
  }

  /**
   * The NaN that wins: a signalling one before a quiet one, an earlier before a later; undefined when there is none.
   *
   * @source Arm ARM DDI 0487, "FPProcessNaNs"
   */
  nanOf(format: Format, ...operands: readonly Operand[]): bigint | undefined {
    const chosen = operands.find((operand) => operand.class === 'signalling') ?? operands.find(isNaN);
    if (!chosen) return undefined;
    if (chosen.class === 'signalling') this.raise('invalid');
    return this.defaultNaN ? defaultNaN(format) : chosen.bits | quietBit(format);
  }
}
