import type { CopyMode } from '@boxer/dockerfile';
import { InvalidModeError } from '../errors/copy-errors.ts';

/** Changes permission bits: what `--chmod` does to one object. */
export type ModeChange = (permissions: number, isDirectory: boolean) => number;

/**
 * Prepares `--chmod`.
 *
 * @throws {@link InvalidModeError} for a symbolic mode that is none
 */
export function modeChange(mode: CopyMode): ModeChange {
  if (mode.kind === 'octal') return () => mode.bits;
  const clauses = mode.expression.split(',').map((clause) => parseClause(clause, mode.expression));
  return (permissions, isDirectory) =>
    clauses.reduce((bits, clause) => clause(bits, isDirectory), permissions & 0o7777);
}

const CLASSES: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const ALL = 0o7777;
const ANY_EXECUTE = 0o111;

/** What one letter stands for, in the bits of all classes. */
const PERMISSIONS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 };

/** `u+rw-x`: classes, then one or more operators with permissions each. @source POSIX, chmod ("Extended Description") */
function parseClause(clause: string, expression: string): ModeChange {
  const match = /^(?<who>[ugoa]*)(?<actions>(?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
  if (match?.groups === undefined) throw new InvalidModeError(expression);
  const { who = '', actions = '' } = match.groups;
  const mask = who === '' ? ALL : who.split('').reduce((bits, letter) => bits | (CLASSES[letter] ?? 0), 0);
  const steps = [...actions.matchAll(/(?<operator>[-+=])(?<what>[rwxXstugo]*)/g)].map(({ groups }) => ({
    operator: groups?.['operator'] ?? '',
    what: groups?.['what'] ?? '',
  }));
  return (before, isDirectory) =>
    steps.reduce((bits, { operator, what }) => {
      const named = permissionBits(what, bits, isDirectory) & mask;
      if (operator === '+') return bits | named;
      if (operator === '-') return bits & ~named;
      return (bits & ~mask) | named;
    }, before);
}

function permissionBits(what: string, bits: number, isDirectory: boolean): number {
  if (/^[ugo]$/.test(what)) {
    const shift = { u: 6, g: 3, o: 0 }[what] ?? 0;
    const copied = (bits >> shift) & 0o7;
    return copied * 0o111;
  }
  let named = 0;
  for (const letter of what) {
    if (letter === 'X') named |= isDirectory || (bits & ANY_EXECUTE) !== 0 ? ANY_EXECUTE : 0;
    else named |= PERMISSIONS[letter] ?? 0;
  }
  return named;
}
