import type { PageCopy } from '../guest-code.ts';
import type { HotPlace } from '../hot-places.ts';
import type { LoadedPack } from '../pack-source.ts';

/** What the box's thread asks of the translator. */
export type TranslatorRequest =
  | {
      readonly type: 'translate';
      readonly id: number;
      readonly places: readonly HotPlace[];
      /** Where functions begin that are translated already. */
      readonly known: readonly number[];
      readonly pages: readonly PageCopy[];
    }
  /** The pages that were asked for; those that are missing do not exist. */
  | { readonly type: 'pages'; readonly id: number; readonly pages: readonly PageCopy[] };

export type TranslatorReply =
  /** See buildDispatcherModule of @boxer/translate. Comes first. */
  | { readonly type: 'ready'; readonly dispatcher: WebAssembly.Module }
  | { readonly type: 'need'; readonly id: number; readonly pages: readonly number[] }
  /** A pack, and the guest address of its offset 0 where it was made. */
  | {
      readonly type: 'code';
      readonly id: number;
      readonly pack: LoadedPack;
      readonly base: number;
      readonly sizeBytes: number;
    }
  /** Nothing came of it. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** What the translator's thread is started with. */
export interface TranslatorData {
  /** Folder to keep packs in; see CodeCache. */
  readonly cacheFolder: string | undefined;
}
