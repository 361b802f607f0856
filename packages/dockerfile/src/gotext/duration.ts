import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from './quote.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const MAX_NANOSECONDS = 2n ** 63n - 1n;
const TERM = /^(\d*)(?:\.(\d*))?([^\d.]*)/u;

/**
 * Reads a duration such as `1h15m30.5s`.
 *
 * @returns nanoseconds
 * @throws {@link DockerfileError} with Go's text
 * @source Go, time.ParseDuration
 */
export function parseDuration(text: string): bigint {
  const negative = text.startsWith('-');
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid(text);

  let total = 0n;
  while (rest !== '') {
    const [term = '', whole = '', fraction, unit = ''] = TERM.exec(rest) ?? [];
    if (whole === '' && (fraction === undefined || fraction === '')) throw invalid(text);
    if (unit === '')
      throw new DockerfileError('DOCKERFILE_VALUE', `time: missing unit in duration ${goQuote(text)}`);
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (scale === undefined) {
      throw new DockerfileError(
        'DOCKERFILE_VALUE',
        `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`,
      );
    }
    if (term.length > 64) throw invalid(text);
    total += BigInt(whole === '' ? '0' : whole) * scale + fractionOf(fraction ?? '', scale);
    if (total > MAX_NANOSECONDS) throw invalid(text);
    rest = rest.slice(term.length);
  }
  return negative ? -total : total;
}

/**
 * Writes a duration as Go does: `1m30s`, `1.5ms`, `0s`.
 *
 * @source Go, time.Duration.String
 */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 1_000n)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 1_000_000n)}ms`;

  const minute = 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % minute, 1_000_000_000n)}s`;
  const minutes = nanoseconds / minute;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function fractionOf(digits: string, scale: bigint): bigint {
  return digits === '' ? 0n : (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
}

function decimal(value: bigint, scale: bigint): string {
  const width = scale.toString().length - 1;
  const fraction = (value % scale).toString().padStart(width, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}

function invalid(text: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', `time: invalid duration ${goQuote(text)}`);
}
