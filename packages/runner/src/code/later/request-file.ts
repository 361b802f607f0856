import { replaceFileSync } from '@boxer/foundation';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPrivateFolder } from '../../code-folder.ts';
import type { TranslatorRequest } from '../jit/messages.ts';
import { decodeRequest, encodeRequest } from './encode-request.ts';
import { isTranslating } from './translator-lock.ts';

/** What a box may leave: nine hundred pages of code, or two thousand of constants. */
const MAX_BYTES = 8 * 1024 * 1024;

const pathOf = (folder: string) => join(folder, 'request');

/**
 * Leaves a request for a translator that is started when the box has ended.
 *
 * @returns whether there is something to do
 */
export function leaveRequest(folder: string, request: TranslatorRequest): boolean {
  if (isTranslating(folder) || !isPrivateFolder(folder)) return false;
  try {
    const bytes = encodeRequest(request);
    if (bytes.length > MAX_BYTES) return false;
    replaceFileSync(pathOf(folder), bytes);
    return true;
  } catch {
    // A full disk, say.
    return false;
  }
}

/** @returns what was left, once */
export function takeRequest(folder: string): TranslatorRequest | undefined {
  if (!isPrivateFolder(folder)) return undefined;
  const path = pathOf(folder);
  try {
    return decodeRequest(readFileSync(path));
  } catch {
    return undefined;
  } finally {
    rmSync(path, { force: true });
  }
}
