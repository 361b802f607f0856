import type { SshSource } from '@boxer/build';
import { UsageError } from '../errors/usage-error.ts';

/**
 * Reads `--ssh default|ID[=SOCKET|KEY[,KEY]]`.
 *
 * @throws {@link UsageError}
 * @source docker/buildx util/buildflags/ssh.go
 */
export function parseSsh(text: string): [id: string, source: SshSource] {
  const equals = text.indexOf('=');
  const id = equals === -1 ? text : text.slice(0, equals);
  if (id === '')
    throw new UsageError('build', `invalid value ${JSON.stringify(text)} for --ssh: write ID or ID=PATH`);
  const paths = equals === -1 ? [] : text.slice(equals + 1).split(',');
  return [id, { paths: paths.filter((path) => path !== '') }];
}
