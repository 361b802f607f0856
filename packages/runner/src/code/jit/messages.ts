import type { PageCopy } from '../guest-code.ts';
import type { LoadedPack } from '../pack-source.ts';

/** A copy of a page, and what is known of its code. */
export interface ProfiledPage extends PageCopy {
  /** Number of the stretch of code that it belongs to; absent: nothing of it is to be translated. */
  readonly stretch?: number;
  /** A bit for each word that was executed. */
  readonly bits?: Uint8Array;
  readonly samples?: Uint32Array;
  /** A bit for each word that is translated already. */
  readonly translated?: Uint8Array;
}

/** What the box's thread asks of the translator: the hot code of all stretches. */
export interface TranslatorRequest {
  readonly id: number;
  readonly leastSamples: number;
  readonly pages: readonly ProfiledPage[];
}

export type TranslatorReply =
  /** A pack, and the guest address of its offset 0 where it was made. */
  | {
      readonly type: 'code';
      readonly id: number;
      readonly pack: LoadedPack;
      readonly base: number;
      readonly sizeBytes: number;
    }
  /** All packs of a request have come. */
  | { readonly type: 'done'; readonly id: number };

/** What the translator's thread is started with. */
export interface TranslatorData {
  /** Folder to keep packs in; see CodeCache. */
  readonly cacheFolder: string | undefined;
}
