/**
 * @returns why `path` cannot be a place inside a box, or undefined when it can: absolute, normalised, not the root
 */
export function guestPathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'a guest path is absolute: it starts with "/"';
  if (path === '/') return 'the root of the box cannot be replaced';
  if (path.includes('\0')) return 'a path holds no NUL byte';
  if (path.includes(':')) return 'a guest path holds no ":"';
  const names = path.slice(1).split('/');
  if (names.includes('..') || names.includes('.')) return 'a guest path has no "." or ".." in it';
  if (names.includes('')) return 'a guest path has no doubled or trailing "/"';
  return undefined;
}

/** @returns why `text` is no `NAME` or `NAME=VALUE`, or undefined when it is */
export function variableProblem(text: string): string | undefined {
  const name = text.split('=', 1)[0];
  if (name === undefined || name === '') return 'the variable has no name';
  if (text.includes('\0')) return 'a variable holds no NUL byte';
  if (/\s/.test(name)) return 'the name of a variable holds no white space';
  return undefined;
}

/** @returns why `text` is no `host:port`, or undefined when it is */
export function hostPortProblem(text: string): string | undefined {
  const match = /^(?<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?<port>\d{1,5})$/.exec(text);
  if (!match) return 'write it as host:port; the port is required';
  const port = Number(match.groups?.['port']);
  return port >= 1 && port <= 65535 ? undefined : 'a port is between 1 and 65535';
}
