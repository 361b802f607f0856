import type { Policy } from './policy.ts';

/**
 * Reads a policy from YAML or JSON text. The parser is loaded on first use, since most boxes run without a file.
 *
 * @param file - its name as the user wrote it, for messages
 * @returns the policy with defaults filled in; host paths are as written (see `resolveHostPaths`)
 * @throws {@link PolicyInvalidError} (`POLICY_INVALID`) with file, line and column of every issue
 */
export async function parsePolicy(text: string, file: string): Promise<Policy> {
  const { parsePolicyText } = await import('./parse-policy-text.ts');
  return parsePolicyText(text, file);
}
