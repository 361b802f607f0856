/**
 * WASI error codes in the order of the enum, and the errno each stands for.
 *
 * @source wasi:filesystem@0.2.0 types.wit, "enum error-code"
 */
const errorCodes = [
  'EACCES',
  'EAGAIN',
  'EALREADY',
  'EBADF',
  'EBUSY',
  'EDEADLK',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EILSEQ',
  'EINPROGRESS',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMLINK',
  'EMSGSIZE',
  'ENAMETOOLONG',
  'ENODEV',
  'ENOENT',
  'ENOLCK',
  'ENOMEM',
  'ENOSPC',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTRECOVERABLE',
  'ENOTSUP',
  'ENOTTY',
  'ENXIO',
  'EOVERFLOW',
  'EPERM',
  'EPIPE',
  'EROFS',
  'ESPIPE',
  'ETXTBSY',
  'EXDEV',
] as const;

export type ErrnoName = (typeof errorCodes)[number];

/** A failure the guest gets to see as an error code. */
export class HostErrno extends Error {
  constructor(readonly code: ErrnoName) {
    super(code);
  }
}

const EIO = errorCodes.indexOf('EIO');

/** Errors of the host that WASI has no code for. */
const aliases: Readonly<Record<string, ErrnoName>> = {
  EMFILE: 'ENOMEM',
  ENFILE: 'ENOMEM',
  EOPNOTSUPP: 'ENOTSUP',
};

/** @returns index in the WASI enum; EIO for what it does not know. @throws the error itself when it is no errno at all */
export function errorCodeOf(error: unknown): number {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR')) throw error;
  const index = errorCodes.indexOf(aliases[code] ?? (code as ErrnoName));
  return index < 0 ? EIO : index;
}
