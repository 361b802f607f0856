/**
 * WASI error codes in the order of the enum, and the errno each stands for.
 *
 * @source wasi:filesystem@0.2.0 types.wit, "enum error-code"
 */
const names = [
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

/** Name of an errno that WASI has a code for. */
export type WasiErrorName = (typeof names)[number];

/** @returns the code of an errno, by its name; -1 when WASI has none */
export function wasiErrorCode(name: string): number {
  return names.indexOf(name as WasiErrorName);
}
