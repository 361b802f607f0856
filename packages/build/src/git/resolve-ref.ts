/** A ref of a repository, found. */
export interface ResolvedRef {
  /** Full name: `refs/heads/main`; a commit for a commit. */
  readonly name: string;
  /** The commit, or the object of an annotated tag. */
  readonly object: string;
  /** The commit that an annotated tag points to. */
  readonly peeled: string | undefined;
}

/** A whole object name: SHA-1 or SHA-256. */
export const OBJECT_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Finds what a name means: a full name of a ref, else one below `refs/`, else a branch, else a tag.
 *
 * @param listing - output of `git ls-remote`
 * @source moby/buildkit source/git/source.go (resolveMetadata: branches before tags, as git checkout has it)
 */
export function resolveRef(listing: string, name: string): ResolvedRef | undefined {
  const objects = new Map(
    listing
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([object = '', ref]): [string, string][] => (ref === undefined ? [] : [[ref, object]])),
  );
  const below = (prefix: string) => (name.startsWith(prefix) ? name : prefix + name);
  for (const candidate of [name, below('refs/'), below('refs/heads/'), below('refs/tags/')]) {
    const object = objects.get(candidate);
    if (object !== undefined) return { name: candidate, object, peeled: objects.get(`${candidate}^{}`) };
  }
  return undefined;
}
