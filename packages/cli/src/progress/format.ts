import { stripVTControlCharacters } from 'node:util';

/** @returns seconds with one digit: `0.3s` */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** @returns bytes in decimal units as Docker shows them: `1.24MB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))}${UNITS[unit]}`;
}

/** Takes out what could change a terminal: escape sequences and control characters, but for tabs and line ends. */
export function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}]/gu, (character) =>
    character === '\t' || character === '\n' ? character : '',
  );
}
