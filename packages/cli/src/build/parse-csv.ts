/**
 * Splits `key=value,key=value`; a field in double quotes may hold commas.
 *
 * @returns undefined when the text is not of this form or names a key twice
 */
export function parseKeyValues(text: string): ReadonlyMap<string, string> | undefined {
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/g)];
  if (fields.reduce((length, [whole]) => length + whole.length, 0) !== text.length) return undefined;
  const pairs = new Map<string, string>();
  for (const [, quoted, plain] of fields) {
    const field = quoted?.replaceAll('""', '"') ?? plain ?? '';
    const equals = field.indexOf('=');
    const key = equals === -1 ? field : field.slice(0, equals);
    if (key === '' || pairs.has(key)) return undefined;
    pairs.set(key, equals === -1 ? '' : field.slice(equals + 1));
  }
  return pairs;
}
