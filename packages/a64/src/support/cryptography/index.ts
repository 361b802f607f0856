import { aes } from './aes.ts';
import { polynomials } from './polynomials.ts';
import { sha1 } from './sha1.ts';
import { sha256 } from './sha256.ts';

/** AES, SHA-1, SHA-256, carry-less multiplication and CRC-32. */
export const cryptography = { ...aes, ...sha1, ...sha256, ...polynomials } as const;
