import { defaultPolicy, type Policy } from './policy.ts';

/**
 * Reads a policy from YAML or JSON text. The parser is loaded on first use, since most boxes run without a file.
 *
 * @param file - its name as the user wrote it, for messages
 * @param defaults - for keys that the file does not name
 * @returns the policy with defaults filled in; host paths are as written (see `resolveHostPaths`)
 * @throws {@link PolicyInvalidError} (`POLICY_INVALID`) with file, line and column of every issue
 */
export async function parsePolicy(
  text: string,
  file: string,
  defaults: Policy = defaultPolicy,
): Promise<Policy> {
  const { parsePolicyText } = await import('./parse-policy-text.ts');
  const { policy, named } = parsePolicyText(text, file);
  const others = Object.entries(defaults).filter(([key]) => !named.has(key));
  return { ...policy, ...Object.fromEntries(others) };
}
