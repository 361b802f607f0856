/** One object of a flattened image. A further name of a file already listed has type `hardlink`. */
export interface TreeObject {
  readonly type: 'file' | 'dir' | 'symlink' | 'hardlink' | 'other';
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly link?: string;
  readonly sha256?: string;
}

/** Flattens the layers of an image in an OCI archive: what a container would see. */
export function readImage(path: string): {
  readonly config: Readonly<Record<string, unknown>>;
  readonly history: readonly { readonly created_by?: string }[];
  readonly tree: Readonly<Record<string, TreeObject>>;
};
