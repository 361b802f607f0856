import { variableName } from './merge-policy.ts';
import type { Mount, Policy } from './policy.ts';
import { ConnectUnsupportedError } from './policy-error.ts';

/** The answer to "may the box …?", with the words for the audit log. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

const allow = (reason: string): Decision => ({ allowed: true, reason });
const deny = (reason: string): Decision => ({ allowed: false, reason });

/** @returns the mount that holds the guest path: the one with the longest guest path above it */
export function mountOf(policy: Policy, guestPath: string): Mount | undefined {
  return policy.filesystem
    .filter(({ guest }) => guestPath === guest || guestPath.startsWith(`${guest}/`))
    .toSorted((a, b) => b.guest.length - a.guest.length)[0];
}

/** May this host directory appear at this guest path in this mode? */
export function allowsMount(policy: Policy, mount: Mount): Decision {
  const row = policy.filesystem.find(({ guest }) => guest === mount.guest);
  if (row === undefined) return deny(`no mount at ${mount.guest}`);
  if (row.host !== mount.host) return deny(`${mount.guest} is granted from another directory`);
  if (mount.mode === 'rw' && row.mode === 'ro') return deny(`${mount.guest} is granted read-only`);
  return allow(`mount ${mount.guest} is granted ${row.mode}`);
}

/** May the box change what lies at this guest path of a mount? */
export function allowsChange(policy: Policy, guestPath: string): Decision {
  const mount = mountOf(policy, guestPath);
  if (mount === undefined) return deny(`${guestPath} lies in no mount`);
  return mount.mode === 'rw'
    ? allow(`${mount.guest} is granted rw`)
    : deny(`${mount.guest} is granted read-only`);
}

/** May the box see this variable of the host? A `NAME=VALUE` row sets a variable; it grants nothing of the host. */
export function allowsVariable(policy: Policy, name: string): Decision {
  return policy.environment.includes(name)
    ? allow(`variable ${name} is granted`)
    : deny(`no grant of variable ${name}`);
}

/** May the box connect there? Always no as long as boxes have no network. */
export function allowsConnect(_policy: Policy, host: string, port: number): Decision {
  return deny(`no network: connection to ${host}:${port}`);
}

/** A variable of the box, and whether its value is the host's. */
export interface GrantedVariable {
  readonly name: string;
  readonly value: string;
  readonly fromHost: boolean;
}

/**
 * The variables that a policy hands to the box. A granted variable that the host does not have is left out.
 *
 * @param host - the host's environment, `process.env` for instance
 */
export function grantedVariables(
  policy: Policy,
  host: Readonly<Record<string, string | undefined>>,
): GrantedVariable[] {
  return policy.environment.flatMap((variable): GrantedVariable[] => {
    const name = variableName(variable);
    if (variable !== name) return [{ name, value: variable.slice(name.length + 1), fromHost: false }];
    const value = Object.hasOwn(host, name) ? host[name] : undefined;
    return value === undefined ? [] : [{ name, value, fromHost: true }];
  });
}

/**
 * Refuses a policy that asks for what boxes cannot do yet.
 *
 * @throws {@link ConnectUnsupportedError}
 */
export function assertSupported(policy: Policy): void {
  if (policy.connect.length > 0) throw new ConnectUnsupportedError(policy.connect);
}
