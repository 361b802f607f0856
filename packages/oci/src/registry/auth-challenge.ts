/** One way to authenticate that a server offers. */
export interface AuthChallenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`\\s*,?\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y');
const SCHEME = new RegExp(`\\s*,?\\s*(${TOKEN})(?=\\s|,|$)(?!\\s*=)`, 'y');

/**
 * Parses a `WWW-Authenticate` header, which may hold several challenges. What is malformed ends the list.
 *
 * @source RFC 9110, section 11.6.1
 */
export function parseAuthChallenges(header: string): AuthChallenge[] {
  const challenges: AuthChallenge[] = [];
  let at = 0;
  for (;;) {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(header);
    if (scheme === null) return challenges;
    at = SCHEME.lastIndex;
    const parameters: Record<string, string> = {};
    for (;;) {
      PARAMETER.lastIndex = at;
      const parameter = PARAMETER.exec(header);
      if (parameter === null) break;
      at = PARAMETER.lastIndex;
      const value = parameter[2]?.replace(/\\(.)/g, '$1') ?? parameter[3] ?? '';
      parameters[(parameter[1] ?? '').toLowerCase()] = value;
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters });
  }
}
