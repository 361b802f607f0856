/** One element of a compiled wildcard pattern. All of them but `repeat` consume one character. */
export type GlobToken =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean }
  /** Any number of characters that `accepts` allows. */
  | { readonly kind: 'repeat'; readonly accepts: (character: string) => boolean }
  /** Nothing, or any number of characters up to and with a slash: a `**` followed by `/`. */
  | { readonly kind: 'directories' };
