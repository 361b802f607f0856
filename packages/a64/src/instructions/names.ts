/** Names that assembly shares between classes, by encoding. */
export const shiftNames = ['lsl', 'lsr', 'asr', 'ror'] as const;
export const extendNames = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'] as const;
export const conditionNames = [
  'eq',
  'ne',
  'cs',
  'cc',
  'mi',
  'pl',
  'vs',
  'vc',
  'hi',
  'ls',
  'ge',
  'lt',
  'gt',
  'le',
  'al',
  'nv',
] as const;

/** @returns what follows a shifted register: nothing for a left shift by 0 */
export function shiftText(kind: number, amount: number): string {
  return kind === 0 && amount === 0 ? '' : `, ${shiftNames[kind]} #${amount}`;
}

/** @returns a condition's name; `inverse` that of its opposite */
export function conditionText(condition: number, inverse = false): string {
  return conditionNames[inverse ? condition ^ 1 : condition] ?? '';
}

/** @returns what follows the base register of an address: nothing for 0 */
export function offsetText(offset: number): string {
  return offset === 0 ? '' : `, #${offset}`;
}

/** @returns a number as assembly writes addresses and masks */
export function hex(value: bigint | number): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}

/** @returns a field of `bits` bits, read as two's complement */
export function signed(value: number, bits: number): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
