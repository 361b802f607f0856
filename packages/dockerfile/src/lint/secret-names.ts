const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const HARMLESS = /(?:_|^)(?:public|file|version)(?:_|$)/i;

/** @returns true when a variable's name suggests that its value is secret */
export function holdsSecret(name: string): boolean {
  return SECRET.test(name) && !HARMLESS.test(name);
}
