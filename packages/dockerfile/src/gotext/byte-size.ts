const SIZE = /^(\d+(?:\.\d+)?|\.\d+) ?([a-z]*)$/;
const UNITS = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/**
 * Reads a size such as `64m`, `1.5GiB` or `1024`; units are powers of 1024.
 *
 * @returns bytes; undefined when the text is no size
 * @source github.com/docker/go-units, RAMInBytes
 */
export function parseByteSize(text: string): number | undefined {
  const [, digits, suffix = ''] = SIZE.exec(text.toLowerCase()) ?? [];
  if (digits === undefined) return undefined;
  const unit = suffix === 'b' ? '' : suffix.replace(/^([kmgtpe])i?b?$/, '$1');
  const power = UNITS.indexOf(unit);
  if (power === -1) return undefined;
  const bytes = Math.trunc(Number(digits) * 1024 ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
