import type { SourceRange } from '@boxer/foundation';
import type { HistoryEntry } from '../config/image-config.ts';
import type { Platform } from '../platform/platform.ts';

/** One thing the executor does, in order. Everything is expanded: no variables are left. */
export type BuildStep = RunStep | CopyStep | WorkdirStep | ConfigStep;

/** What all steps have. */
export interface StepCommon {
  /** Lines in the Dockerfile; for an ONBUILD trigger, those of the FROM that set it off. */
  readonly range: SourceRange;
  /** The instruction as written, on one line, heredoc bodies left out. */
  readonly source: string;
  /** The instruction with variables filled in where they are known, for progress output. */
  readonly title: string;
  /** True when the step comes from an ONBUILD trigger of the base. */
  readonly onBuild: boolean;
  /** History entry of the step; undefined for ONBUILD itself, which has none. */
  readonly history: HistoryEntry | undefined;
}

/** RUN: execute `argv` in the stage's filesystem; what it changes becomes a layer. */
export interface RunStep extends StepCommon {
  readonly kind: 'run';
  readonly form: 'shell' | 'exec';
  /** Shell form: SHELL and one string. Exec form: as written. */
  readonly argv: readonly string[];
  /** `NAME=value` of ENV and ARG, in order, names unique. HOME is not included unless set. */
  readonly env: readonly string[];
  /** Further variables that must not influence caching: proxies, both cases. */
  readonly proxyEnv: readonly string[];
  /** Absolute path; to be created when missing. */
  readonly workdir: string;
  /** As in `USER`: names or numbers, `user[:group]`; undefined means root. To be resolved in the stage's filesystem. */
  readonly user: string | undefined;
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox';
}

/** What a RUN sees besides the stage's own filesystem. None of it is ever stored. */
export type RunMount = BindMount | CacheMount | TmpfsMount | SecretMount | SshMount | ScriptMount;

/** Files of another place. A writable bind mount discards what is written. */
export interface BindMount {
  readonly kind: 'bind';
  readonly target: string;
  readonly from: FileSource;
  /** Absolute path within `from`; a file or a directory. */
  readonly sourcePath: string;
  readonly readOnly: boolean;
}

/** A directory that outlives the build. */
export interface CacheMount {
  readonly kind: 'cache';
  readonly target: string;
  /** Names the cache, with its namespace. */
  readonly id: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  /** Initial content of an empty cache. */
  readonly from: FileSource;
  readonly sourcePath: string;
  /** Owner and mode of a fresh, empty cache directory; defaults 0:0 and 0755. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly readOnly: boolean;
}

/** An empty directory in memory. */
export interface TmpfsMount {
  readonly kind: 'tmpfs';
  readonly target: string;
  readonly sizeBytes: number | undefined;
  readonly readOnly: boolean;
}

/** A secret as a file, an environment variable or both. */
export interface SecretMount {
  readonly kind: 'secret';
  readonly id: string;
  /** Path of the file; undefined when only a variable is wanted. */
  readonly target: string | undefined;
  /** Name of the variable; undefined when only a file is wanted. */
  readonly env: string | undefined;
  /** A missing secret fails the step when required, and is left out otherwise. */
  readonly required: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A socket to the user's SSH agent; SSH_AUTH_SOCK is to name it. */
export interface SshMount {
  readonly kind: 'ssh';
  readonly id: string;
  /** Path of the socket; `/run/buildkit/ssh_agent.N` when undefined. */
  readonly target: string | undefined;
  readonly required: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The body of a heredoc that starts with `#!`, read-only, as one executable file. */
export interface ScriptMount {
  readonly kind: 'script';
  /** Directory the file appears in. */
  readonly target: string;
  readonly name: string;
  readonly content: string;
  readonly mode: number;
}

/** COPY and ADD: put files into the stage's filesystem, as one layer. */
export interface CopyStep extends StepCommon {
  readonly kind: 'copy';
  readonly instruction: 'COPY' | 'ADD';
  /** In order; at least one. */
  readonly sources: readonly CopySource[];
  /** Absolute and clean, but for a final `/` or `/.`, which is kept. */
  readonly dest: string;
  /** True when `dest` ends with `/` or `/.`: a file goes into it under its own name. */
  readonly destIsDirectory: boolean;
  /** `--chown`; undefined means 0:0 for the context, unchanged for other sources. */
  readonly owner: FileOwner | undefined;
  /** `--chmod`; undefined leaves modes as they are. */
  readonly mode: CopyMode | undefined;
  /** `--link`, and no `--chmod` beside it: copy into an empty root and overlay that. */
  readonly link: boolean;
  /** `--exclude` patterns, relative to each source directory; `.dockerignore` syntax. */
  readonly exclude: readonly string[];
}

/** One source of a COPY or ADD. */
export type CopySource = FilesSource | InlineSource | HttpSource | GitSource;

/**
 * Files of the context, a stage, an image or a named context. Symlinks named are followed, directories
 * contribute their contents.
 */
export interface FilesSource {
  readonly kind: 'files';
  readonly from: FileSource;
  /** Absolute path in `from`; may hold the wildcards of Go's filepath.Match, one path segment each. */
  readonly path: string;
  /** `--parents`: copy what matches below `path`, keeping the path from there; undefined otherwise. */
  readonly parents: ParentsPattern | undefined;
  /** ADD: extract the file when it is an archive. */
  readonly unpack: boolean;
}

/** The part of a `--parents` source after the pivot `/./`. */
export interface ParentsPattern {
  /** Relative, `.dockerignore` syntax with `**`. */
  readonly include: string;
  /** Absolute path that must exist; undefined when wildcards are involved. */
  readonly required: string | undefined;
}

/** A heredoc: one file, mode 0644, owned by 0:0. */
export interface InlineSource {
  readonly kind: 'inline';
  readonly name: string;
  readonly content: string;
}

/** A download. Mode 0600, mtime from Last-Modified. */
export interface HttpSource {
  readonly kind: 'http';
  readonly url: string;
  /** Last element of the URL's path, or `__unnamed__`. */
  readonly filename: string;
  /** `algorithm:hex`; to be verified. */
  readonly checksum: string | undefined;
  readonly unpack: boolean;
}

/** A git repository at a commit. */
export interface GitSource {
  readonly kind: 'git';
  readonly remote: string;
  /** Branch, tag or commit; undefined means the default branch. */
  readonly ref: string | undefined;
  readonly subdir: string | undefined;
  /** Commit hash (or its beginning) that `ref` must be. */
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean;
  readonly submodules: boolean;
  readonly fetchByCommit: boolean;
  /** Timestamps of the files: those of the commit, or of the checkout. */
  readonly mtime: 'commit' | 'checkout';
}

/** A place that files come from. */
export type FileSource =
  /** The build context, filtered by `.dockerignore`. */
  | { readonly kind: 'context' }
  /** An earlier stage, by its index in the Dockerfile. */
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'image'; readonly reference: string; readonly platform: Platform }
  /** A named context (`--build-context NAME=SOURCE`) that is not an image. */
  | { readonly kind: 'named-context'; readonly name: string; readonly source: string }
  | { readonly kind: 'scratch' };

/** Numbers are ids, strings are names to be looked up in the destination's `/etc/passwd` and `/etc/group`. */
export interface FileOwner {
  readonly user: number | string;
  /** Undefined: the user's primary group. */
  readonly group: number | string | undefined;
}

/** `--chmod`: permission bits, or a symbolic expression such as `u=rwX,go=rX`. */
export type CopyMode =
  | { readonly kind: 'octal'; readonly bits: number }
  | { readonly kind: 'symbolic'; readonly expression: string };

/** WORKDIR: make sure the directory exists; it and its parents, where created, are 0755 and owned by `owner`. */
export interface WorkdirStep extends StepCommon {
  readonly kind: 'workdir';
  /** Absolute and clean. */
  readonly path: string;
  /** From USER; undefined means 0:0. */
  readonly owner: FileOwner | undefined;
  /** False for `/`, which always exists. */
  readonly createsLayer: boolean;
}

/** An instruction that only changes the image config; the result is in the stage's `image`. */
export interface ConfigStep extends StepCommon {
  readonly kind: 'config';
  /** Upper-case keyword. */
  readonly instruction: string;
}
