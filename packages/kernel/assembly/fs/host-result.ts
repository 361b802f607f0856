import {
  EACCES,
  EAGAIN,
  EALREADY,
  EBADF,
  EBUSY,
  EDEADLK,
  EDQUOT,
  EEXIST,
  EFBIG,
  EILSEQ,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EIO,
  EISDIR,
  ELOOP,
  EMLINK,
  EMSGSIZE,
  ENAMETOOLONG,
  ENODEV,
  ENOENT,
  ENOLCK,
  ENOMEM,
  ENOSPC,
  ENOTDIR,
  ENOTEMPTY,
  ENOTRECOVERABLE,
  ENOTTY,
  ENXIO,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  EPIPE,
  EROFS,
  ESPIPE,
  ETXTBSY,
  EXDEV,
} from '../linux/errno';

/** Results of calls land here. */
export const hostResult: usize = memory.data(112, 8);
/** Where the error stands in a result without a value. */
export const ERROR_AT: usize = 1;

/** wasi:filesystem error-code → errno, in the order of its cases. */
const ERRNOS: StaticArray<i32> = [
  EACCES, EAGAIN, EALREADY, EBADF, EBUSY, EDEADLK, EDQUOT, EEXIST, EFBIG, EILSEQ, EINPROGRESS, EINTR, EINVAL, EIO, EISDIR,
  ELOOP, EMLINK, EMSGSIZE, ENAMETOOLONG, ENODEV, ENOENT, ENOLCK, ENOMEM, ENOSPC, ENOTDIR, ENOTEMPTY, ENOTRECOVERABLE,
  EOPNOTSUPP, ENOTTY, ENXIO, EOVERFLOW, EPERM, EPIPE, EROFS, ESPIPE, ETXTBSY, EXDEV,
];

/** @returns 0, or the negative errno of the result in `hostResult` whose error stands at `errorAt` */
export function hostProblem(errorAt: usize): i32 {
  if (load<u8>(hostResult) == 0) return 0;
  const code = <i32>load<u8>(hostResult + errorAt);
  return code < ERRNOS.length ? -ERRNOS[code] : -EIO;
}
