import { withSuggestion } from '@boxer/foundation';
import { splitCsv } from '../gotext/csv.ts';
import { parseBool } from '../gotext/parse-bool.ts';
import { instructionError } from './argument-errors.ts';

/** `RUN --device=[name=]vendor/class=device[,required]`. */
export interface RunDevice {
  readonly name: string;
  readonly required: boolean;
}

/** @source buildkit, frontend/dockerfile/instructions/commands_rundevice.go */
export function parseRunDevice(text: string): RunDevice {
  let name = '';
  let required = false;
  for (const field of splitCsv(text)) {
    const equals = field.indexOf('=');
    const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
    const value = equals === -1 ? undefined : field.slice(equals + 1);
    if (key === 'required') {
      required = parseRequired(value);
    } else if (key === 'name' && value !== undefined) {
      if (name !== '') throw instructionError(`device name already set to ${name}`);
      name = value;
    } else if (name === '') {
      name = field;
    } else if (value === undefined) {
      throw instructionError(`invalid field '${field}' must be a key=value pair`);
    } else {
      throw instructionError(
        withSuggestion(`unexpected key '${key}' in '${field}'`, key, ['name', 'required']),
      );
    }
  }
  return { name, required };
}

function parseRequired(value: string | undefined): boolean {
  if (value === undefined) return true;
  const required = parseBool(value);
  if (required === undefined) throw instructionError(`invalid value for required: ${value}`);
  return required;
}
