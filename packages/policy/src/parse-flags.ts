import { BYTES_PER_MIB, limits } from './limits.ts';
import type { Mount } from './policy.ts';
import { PolicyFlagError } from './policy-error.ts';
import { guestPathProblem, variableProblem } from './problems.ts';

const MOUNT_HINT = 'Write -v HOST:GUEST, -v HOST:GUEST:ro or -v HOST:GUEST:rw, with an absolute GUEST.';

/**
 * Reads `-v HOST:GUEST[:ro|rw]`. As in Docker, a mount without a mode is writable.
 *
 * @throws {@link PolicyFlagError}
 */
export function parseMount(text: string): Mount {
  const fail = (why: string) => new PolicyFlagError('mount', text, why, MOUNT_HINT);
  const parts = text.split(':');
  const last = parts.at(-1);
  const mode = last === 'ro' || last === 'rw' ? last : undefined;
  if (mode !== undefined) parts.pop();
  const guest = parts.pop();
  const host = parts.join(':');
  if (guest === undefined || host === '') throw fail('it names no host directory and guest path');
  const trimmed = guest.length > 1 ? guest.replace(/\/+$/, '') : guest;
  const why = guestPathProblem(trimmed) ?? (host.includes('\0') ? 'a path holds no NUL byte' : undefined);
  if (why !== undefined)
    throw fail(mode === undefined && !guest.startsWith('/') ? `${why}; a mode is ro or rw` : why);
  return { host, guest: trimmed, mode: mode ?? 'rw' };
}

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: BYTES_PER_MIB, g: 1024 ** 3 };

/**
 * Reads a size as Docker does: `1073741824`, `512m`, `1.5g`; units b, k, m, g (binary), `kb`, `MiB` and the like too.
 *
 * @returns bytes, a whole number
 * @throws {@link PolicyFlagError}
 */
export function parseSize(text: string): number {
  const match = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[bkmg]?)(?:i?b)?$/i.exec(text);
  const factor = SIZE_UNITS[match?.groups?.['unit']?.toLowerCase() ?? 'none'];
  const bytes = factor === undefined ? Number.NaN : Math.floor(Number(match?.groups?.['number']) * factor);
  if (!Number.isSafeInteger(bytes)) {
    throw new PolicyFlagError(
      'size',
      text,
      'it is no number with a unit',
      'Write a size as 512m, 2g or 65536.',
    );
  }
  return bytes;
}

/**
 * Reads `--memory`.
 *
 * @returns whole MiB, rounded down, so that the box never gets more than was said
 * @throws {@link PolicyFlagError}
 */
export function parseMemory(text: string): number {
  const memoryMiB = Math.floor(parseSize(text) / BYTES_PER_MIB);
  const { minMemoryMiB, maxMemoryMiB } = limits;
  if (memoryMiB < minMemoryMiB || memoryMiB > maxMemoryMiB) {
    const why = `a box has between ${minMemoryMiB} MiB and ${maxMemoryMiB} MiB`;
    throw new PolicyFlagError('memory', text, why, 'Write --memory 512m, for example.');
  }
  return memoryMiB;
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads `--timeout`: `500ms`, `30s`, `1.5m`, `1h30m`; a number alone is seconds, as for timeout(1).
 *
 * @returns milliseconds, at least 1
 * @throws {@link PolicyFlagError}
 */
export function parseDuration(text: string): number {
  const fail = (why: string) =>
    new PolicyFlagError('duration', text, why, 'Write a duration as 30s, 500ms, 2m or 1h30m.');
  const whole = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(whole)) throw fail('it is no number with a unit');
  let timeoutMs = 0;
  for (const [, amount, unit] of whole.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    timeoutMs += Number(amount) * (TIME_UNITS[unit ?? ''] ?? Number.NaN);
  }
  timeoutMs = Math.ceil(timeoutMs);
  if (timeoutMs < 1 || timeoutMs > limits.maxTimeoutMs) throw fail('it is not between 1 ms and 24 days');
  return timeoutMs;
}

/**
 * Reads `--fuel`: a count of instructions, with an optional decimal unit (`500k`, `10m`, `2g`) or underscores.
 *
 * @throws {@link PolicyFlagError}
 */
export function parseFuel(text: string): number {
  const match = /^(?<number>\d+(?:_\d+)*)(?<unit>[kmg]?)$/i.exec(text);
  const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
  const factor = factors[match?.groups?.['unit']?.toLowerCase() ?? 'none'];
  const fuel =
    factor === undefined ? Number.NaN : Number(match?.groups?.['number']?.replaceAll('_', '')) * factor;
  if (!Number.isSafeInteger(fuel) || fuel < 1) {
    const why = 'it is no count of instructions from 1 on';
    throw new PolicyFlagError(
      'fuel',
      text,
      why,
      'Write --fuel 1000000 or --fuel 500m (million), for example.',
    );
  }
  return fuel;
}

/**
 * Checks `-e NAME` (the host's value) or `-e NAME=VALUE`.
 *
 * @returns `text`
 * @throws {@link PolicyFlagError}
 */
export function parseVariable(text: string): string {
  const why = variableProblem(text);
  if (why !== undefined) {
    throw new PolicyFlagError(
      'variable',
      text.split('=', 1)[0] ?? '',
      why,
      'Write -e NAME or -e NAME=VALUE.',
    );
  }
  return text;
}

/**
 * Reads the text of an `--env-file` as Docker does: one NAME or NAME=VALUE a line, `#` starts a comment line, nothing
 * is unquoted or expanded.
 *
 * @throws {@link PolicyFlagError} naming file and line
 */
export function parseEnvFile(text: string, file: string): string[] {
  const variables: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const entry = line.trimStart();
    if (entry === '' || entry.startsWith('#')) continue;
    const why = variableProblem(entry);
    if (why !== undefined) {
      const hint = 'Write one NAME=VALUE a line.';
      throw new PolicyFlagError(`${file}:${index + 1}:1`, entry.split('=', 1)[0] ?? '', why, hint);
    }
    variables.push(entry);
  }
  return variables;
}
