import { wasiErrorCode, type WasiErrorName } from '@boxer/abi';

/** A failure the guest gets to see as an error code. */
export class HostErrno extends Error {
  constructor(
    readonly code: WasiErrorName,
    /** For what the user of the host reads. */
    why: string = code,
  ) {
    super(why);
  }
}

const EIO = wasiErrorCode('EIO');

/** Errors of the host that WASI has no code for. */
const aliases: Readonly<Record<string, WasiErrorName>> = {
  EMFILE: 'ENOMEM',
  ENFILE: 'ENOMEM',
  EOPNOTSUPP: 'ENOTSUP',
};

/** @returns index in the WASI enum; EIO for what it does not know. @throws the error itself when it is no errno at all */
export function errorCodeOf(error: unknown): number {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR')) throw error;
  const index = wasiErrorCode(aliases[code] ?? code);
  return index < 0 ? EIO : index;
}
