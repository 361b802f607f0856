import { DockerfileError } from '../dockerfile-error.ts';

/**
 * Splits one line of comma-separated values; a field in double quotes may hold commas, and `""` for a quote.
 *
 * @throws {@link DockerfileError} for a stray or missing quote, with Go's text
 * @source Go, encoding/csv
 */
export function splitCsv(line: string): readonly string[] {
  if (line === '') throw new DockerfileError('DOCKERFILE_VALUE', 'EOF');
  const fields: string[] = [];
  let position = 0;
  for (;;) {
    const { field, end } = line[position] === '"' ? quotedField(line, position) : bareField(line, position);
    fields.push(field);
    if (end >= line.length) return fields;
    position = end + 1;
  }
}

function bareField(line: string, start: number): { field: string; end: number } {
  const comma = line.indexOf(',', start);
  const end = comma === -1 ? line.length : comma;
  const field = line.slice(start, end);
  const quote = field.indexOf('"');
  if (quote !== -1) throw parseError(start + quote, 'bare " in non-quoted-field');
  return { field, end };
}

function quotedField(line: string, start: number): { field: string; end: number } {
  let field = '';
  let position = start + 1;
  for (;;) {
    const quote = line.indexOf('"', position);
    if (quote === -1) throw parseError(line.length, 'extraneous or missing " in quoted-field');
    field += line.slice(position, quote);
    const next = line[quote + 1];
    if (next === undefined || next === ',') return { field, end: quote + 1 };
    if (next !== '"') throw parseError(quote, 'extraneous or missing " in quoted-field');
    field += '"';
    position = quote + 2;
  }
}

function parseError(index: number, why: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', `parse error on line 1, column ${index + 1}: ${why}`);
}
