/** @returns seconds since 1970 as image configs write times. @source RFC 3339 */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
