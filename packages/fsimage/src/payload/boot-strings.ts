import { type BootKey, bootKeys } from '@boxer/abi';

/** One line of the boot configuration; a repeated key forms a list. */
export type BootEntry = readonly [key: BootKey, value: string];

/**
 * @returns the entries as the kernel reads them: `key=value`, each ended by a NUL byte
 * @throws {@link TypeError} for an unknown key, and for a value with a NUL byte
 */
export function encodeBootEntries(entries: Iterable<BootEntry>): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of entries) {
    if (!Object.hasOwn(bootKeys, key)) throw new TypeError(`Not a boot key: ${JSON.stringify(key)}`);
    if (value.includes('\0')) throw new TypeError(`The value of boot key ${key} holds a NUL byte`);
    parts.push(Buffer.from(`${key}=${value}\0`, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** @throws {@link RangeError} when the bytes are not boot strings; unknown keys are refused too */
export function decodeBootEntries(bytes: Uint8Array): BootEntry[] {
  if (bytes.byteLength === 0) return [];
  const text = Buffer.from(bytes).toString('utf8');
  if (!text.endsWith('\0')) throw new RangeError('the boot configuration is not terminated');
  return text
    .slice(0, -1)
    .split('\0')
    .map((line) => {
      const equals = line.indexOf('=');
      const key = line.slice(0, Math.max(equals, 0));
      if (!isBootKey(key)) throw new RangeError(`unknown boot key ${JSON.stringify(key)}`);
      return [key, line.slice(equals + 1)];
    });
}

function isBootKey(key: string): key is BootKey {
  return Object.hasOwn(bootKeys, key);
}
