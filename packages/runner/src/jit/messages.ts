/** A page of guest memory as it was when it was sent. */
export interface PostedPage {
  readonly number: number;
  readonly permissions: number;
  readonly bytes: Uint8Array;
}

export interface PostedPlace {
  readonly pc: number;
  readonly entry: number;
}

/** What the box's thread asks of the translator. */
export type TranslatorRequest =
  | {
      readonly type: 'translate';
      readonly id: number;
      readonly places: readonly PostedPlace[];
      /** Addresses whose functions are translated already. */
      readonly known: readonly number[];
      readonly pages: readonly PostedPage[];
    }
  /** The pages that were asked for; those that are missing do not exist. */
  | { readonly type: 'pages'; readonly id: number; readonly pages: readonly PostedPage[] };

/** Translated code, and the bytes it was made from. */
export interface PostedCode {
  readonly module: WebAssembly.Module;
  readonly entries: readonly { readonly pc: number; readonly name: string }[];
  readonly ranges: readonly { readonly start: number; readonly bytes: Uint8Array }[];
}

export type TranslatorReply =
  /** See buildDispatcherModule of @boxer/translate. Comes first. */
  | { readonly type: 'ready'; readonly dispatcher: WebAssembly.Module }
  | { readonly type: 'need'; readonly id: number; readonly pages: readonly number[] }
  | { readonly type: 'code'; readonly id: number; readonly code: PostedCode }
  /** Nothing came of it. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
