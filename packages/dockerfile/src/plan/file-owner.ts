import type { FileOwner } from './build-step.ts';

/**
 * Reads `user[:group]`, each a name or a number.
 *
 * @source buildkit, client/llb, WithUser
 */
export function parseOwner(text: string): FileOwner {
  const colon = text.indexOf(':');
  if (colon === -1) return { user: idOrName(text), group: undefined };
  return { user: idOrName(text.slice(0, colon)), group: idOrName(text.slice(colon + 1)) };
}

function idOrName(text: string): number | string {
  if (text === 'root' || text === '') return 0;
  const id = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  return Math.abs(id) < 2 ** 31 ? id : text;
}
