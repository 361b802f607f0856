import type { Tree } from '@boxer/fsimage';
import { UnknownUserError } from '../errors/copy-errors.ts';
import { findGroup, findUser } from './users.ts';

const NUMBER = /^\d+$/;

/**
 * Makes sure that the user and group of a RUN exist. Numbers need not.
 *
 * @param user - as in USER: `name[:group]`; undefined means root
 * @throws {@link UnknownUserError}
 * @source moby/sys user.GetExecUser, which BuildKit asks before it starts the command
 */
export async function checkRunUser(
  tree: Tree,
  user: string | undefined,
  argv: readonly string[],
): Promise<void> {
  const [name = '', group = ''] = (user ?? '').split(':', 2);
  const fail = (what: string, of: string, database: string) =>
    new UnknownUserError(
      `process ${JSON.stringify(argv.join(' '))} did not complete successfully: unable to find ${what} ${of}: no matching entries in ${database} file`,
    );
  if (name !== '' && !NUMBER.test(name) && (await findUser(tree, name)) === undefined)
    throw fail('user', name, 'passwd');
  if (group !== '' && !NUMBER.test(group) && (await findGroup(tree, group)) === undefined)
    throw fail('group', group, 'group');
}
