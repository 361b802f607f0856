import { readContent, type Tree } from '@boxer/fsimage';
import { UnknownUserError } from '../errors/copy-errors.ts';

/** A row of /etc/passwd. */
export interface PasswdRow {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A row of /etc/group. */
export interface GroupRow {
  readonly name: string;
  readonly gid: number;
}

/** Numbers that a user and a group stand for. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Longest user database that is read; real ones have a few KiB. */
const DATABASE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Resolves `--chown` against the users of a filesystem.
 *
 * @param user - number or name; undefined means root
 * @param group - number or name; undefined means the user's primary group, or the number of the user itself
 * @throws {@link UnknownUserError}
 * @source moby/buildkit solver/llbsolver/ops/opsutils and file/user_linux.go (readUser)
 */
export async function resolveOwner(
  tree: Tree,
  user: number | string | undefined,
  group: number | string | undefined,
): Promise<Ids> {
  const { uid, gid: primary } = await resolveUser(tree, user ?? 0);
  if (group === undefined) return { uid, gid: primary ?? uid };
  return { uid, gid: await resolveGroup(tree, group) };
}

/** @returns the row of a user, by name or number; undefined when there is none or no /etc/passwd */
export async function findUser(tree: Tree, user: number | string): Promise<PasswdRow | undefined> {
  const rows = parsePasswd(await readDatabase(tree, '/etc/passwd'));
  return rows.find((row) => (typeof user === 'number' ? row.uid === user : row.name === user));
}

/** @returns the row of a group, by name; undefined when there is none or no /etc/group */
export async function findGroup(tree: Tree, group: string): Promise<GroupRow | undefined> {
  const rows = parseGroup(await readDatabase(tree, '/etc/group'));
  return rows.find(({ name }) => name === group);
}

async function resolveUser(
  tree: Tree,
  user: number | string,
): Promise<{ uid: number; gid: number | undefined }> {
  if (typeof user === 'number') return { uid: user, gid: user === 0 ? 0 : undefined };
  const row = await findUser(tree, user);
  if (row === undefined) throw await unknown(tree, '/etc/passwd', 'user', user);
  return { uid: row.uid, gid: row.gid };
}

async function resolveGroup(tree: Tree, group: number | string): Promise<number> {
  if (typeof group === 'number') return group;
  const row = await findGroup(tree, group);
  if (row === undefined) throw await unknown(tree, '/etc/group', 'group', group);
  return row.gid;
}

/** BuildKit says "invalid user index: -1" when the image has no user database at all. */
async function unknown(
  tree: Tree,
  database: string,
  what: 'user' | 'group',
  name: string,
): Promise<UnknownUserError> {
  if (tree.lookup(database) === undefined) return new UnknownUserError('invalid user index: -1');
  return new UnknownUserError(
    `unable to find ${what} ${name}: no matching entries in ${what === 'user' ? 'passwd' : 'group'} file`,
  );
}

async function readDatabase(tree: Tree, path: string): Promise<string> {
  const found = tree.lookup(path);
  if (found?.inode.kind !== 'file' || found.inode.content.sizeBytes > DATABASE_LIMIT_BYTES) return '';
  return (await readContent(found.inode.content)).toString('utf8');
}

function parsePasswd(text: string): PasswdRow[] {
  return rowsOf(text, 7).flatMap(([name = '', , uid, gid, , home = '']) => {
    const ids = { uid: Number(uid), gid: Number(gid) };
    return Number.isInteger(ids.uid) && Number.isInteger(ids.gid) ? [{ name, ...ids, home }] : [];
  });
}

function parseGroup(text: string): GroupRow[] {
  return rowsOf(text, 3).flatMap(([name = '', , gid]) =>
    Number.isInteger(Number(gid)) ? [{ name, gid: Number(gid) }] : [],
  );
}

/** Lines of a database, split at colons; comments and short lines left out. */
function rowsOf(text: string, leastFields: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= Math.min(leastFields, 3));
}
