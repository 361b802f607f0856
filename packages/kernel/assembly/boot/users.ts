import { readWholeFile } from '../fs/api';

/** Who the first process is. */
export class User {
  uid: u32 = 0;
  gid: u32 = 0;
  groups: u32[] = [];
  /** Home directory of the account, or "/". */
  home: string = '/';
  /** The name or number was not found. */
  problem: string = '';
}

/** Decimal number, or -1. */
function parseId(text: string): i64 {
  if (text.length == 0 || text.length > 10) return -1;
  let value: i64 = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= 0xffff_ffff ? value : -1;
}

/** Rows of /etc/passwd or /etc/group, split at colons. */
function rows(path: string): string[][] {
  const content = readWholeFile(path);
  const result: string[][] = [];
  if (content == null) return result;
  const lines = content.split('\n');
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].length > 0 && !lines[i].startsWith('#')) result.push(lines[i].split(':'));
  }
  return result;
}

/**
 * Resolves a Dockerfile's USER: name or number, optionally ":" and group name or number. As Docker does: numbers need no
 * account; with a group given, supplementary groups are none.
 *
 * @source moby/sys user.GetExecUser
 */
export function resolveUser(spec: string): User {
  const user = new User();
  const colon = spec.indexOf(':');
  const name = colon >= 0 ? spec.substring(0, colon) : spec;
  const groupName = colon >= 0 ? spec.substring(colon + 1) : '';
  const account = name.length == 0 ? findAccount('0') : findAccount(name);
  const wanted = name.length == 0 ? '0' : name;
  const id = parseId(wanted);
  let accountName = '';
  if (account != null) {
    accountName = account[0];
    user.uid = <u32>max<i64>(parseId(account[2]), 0);
    user.gid = <u32>max<i64>(parseId(account[3]), 0);
    if (account.length > 5 && account[5].length > 0) user.home = account[5];
  } else if (id >= 0) {
    user.uid = <u32>id;
  } else {
    user.problem = 'no user ' + wanted + ' in /etc/passwd';
    return user;
  }
  const groups = rows('/etc/group');
  if (groupName.length > 0) {
    const gid = groupId(groups, groupName);
    if (gid < 0) user.problem = 'no group ' + groupName + ' in /etc/group';
    else user.gid = <u32>gid;
  } else if (accountName.length > 0) {
    user.groups = groupsOf(groups, accountName);
  }
  return user;
}

/** The row of /etc/passwd by name, else by number; null when there is none. */
function findAccount(name: string): string[] | null {
  const accounts = rows('/etc/passwd');
  const id = parseId(name);
  for (let i = 0; i < accounts.length; i++) {
    const row = accounts[i];
    if (row.length >= 4 && (row[0] == name || (id >= 0 && parseId(row[2]) == id))) return row;
  }
  return null;
}

function groupId(groups: string[][], name: string): i64 {
  for (let i = 0; i < groups.length; i++) {
    if (groups[i].length >= 3 && groups[i][0] == name) return parseId(groups[i][2]);
  }
  return parseId(name);
}

function groupsOf(groups: string[][], accountName: string): u32[] {
  const result: u32[] = [];
  for (let i = 0; i < groups.length; i++) {
    if (groups[i].length < 4) continue;
    if (groups[i][3].split(',').includes(accountName)) result.push(<u32>max<i64>(parseId(groups[i][2]), 0));
  }
  return result;
}
