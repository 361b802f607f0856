import type { LintWarning } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import type { AotOptions } from './aot/aot-options.ts';
import type { OnBuildEvent } from './progress/build-event.ts';

/** Where a secret's value comes from. */
export type SecretSource = { readonly file: string } | { readonly variable: string };

/** Keys for `RUN --mount=type=ssh` and for repositories reached through ssh. */
export interface SshSource {
  /** The socket of an agent, or private key files; when empty, the agent that SSH_AUTH_SOCK names. */
  readonly paths: readonly string[];
}

/** A build context that is no directory of this machine. */
export type RemoteContext =
  /** A git repository; or an archive or a Dockerfile that a server has. */
  | { readonly kind: 'url'; readonly url: string }
  /** An archive, or a Dockerfile without files beside it. */
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<Uint8Array> };

/** What is to be written, and where. */
export type BuildOutput =
  /** The component, with everything in it. */
  | { readonly type: 'component'; readonly dest: string }
  /** Tar archive of an OCI layout. */
  | { readonly type: 'oci'; readonly dest: string }
  /** Tar archive as `docker save` writes it. */
  | { readonly type: 'docker'; readonly dest: string }
  /** Tar archive of the filesystem. */
  | { readonly type: 'tar'; readonly dest: string }
  /** The filesystem as files in a directory. */
  | { readonly type: 'local'; readonly dest: string };

/** Where a cache is that another build has exported. */
export type CacheOrigin =
  | { readonly type: 'local'; readonly directory: string; readonly tag: string | undefined }
  | { readonly type: 'registry'; readonly reference: string };

/** Where the cache of a build is to be exported. */
export type CacheTarget = {
  /** `min`: the layers of the image; `max`: those of all stages. */
  readonly mode: 'min' | 'max';
  /** Whether the build succeeds although the export fails. */
  readonly ignoreError: boolean;
} & (
  | { readonly type: 'local'; readonly directory: string; readonly tag: string }
  | { readonly type: 'registry'; readonly reference: string }
);

/** What `boxer build` was asked for. Paths are relative to the working directory of the process. */
export interface BuildOptions {
  /** Directory whose files COPY and ADD see; default: the working directory. */
  readonly contextDirectory?: string | undefined;
  /** Where those files come from instead. */
  readonly remoteContext?: RemoteContext | undefined;
  /**
   * Path or URL of the Dockerfile; default: `Dockerfile`, else `dockerfile`, in the context. Relative paths are looked up in
   * the working directory, then in the context; in a remote context, only there.
   */
  readonly dockerfilePath?: string | undefined;
  /** Text of the Dockerfile, when it does not come from a file. */
  readonly dockerfileText?: string | undefined;
  readonly output: BuildOutput;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `NAME` → directory, `oci-layout://…`, `docker-archive:…`, `docker-image://…`, a git repository or a URL. */
  readonly buildContexts?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: Readonly<Record<string, SecretSource>> | undefined;
  /** By id; `default` is that of repositories. */
  readonly ssh?: Readonly<Record<string, SshSource>> | undefined;
  /** `os/architecture`; default `linux/arm64`. */
  readonly platform?: string | undefined;
  /** Execute every step, whatever the cache holds. */
  readonly noCache?: boolean | undefined;
  /** Names of stages whose steps are executed, whatever the cache holds; case does not matter. */
  readonly noCacheFilter?: readonly string[] | undefined;
  readonly cacheFrom?: readonly CacheOrigin[] | undefined;
  readonly cacheTo?: readonly CacheTarget[] | undefined;
  /** Bytes that layers and cache mounts may take: the least recently used is removed. Default: no bound. */
  readonly cacheMaxBytes?: number | undefined;
  /** What of a component is translated ahead of time; default: nothing. */
  readonly aot?: AotOptions | undefined;
  /** File with budgets for RUN; those that it does not name are as in `defaultBuildPolicy`. */
  readonly policyPath?: string | undefined;
  /** Holds blobs, step results and temporary files; default: `cacheDirectory()` of @boxer/foundation. */
  readonly cacheDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnBuildEvent | undefined;
  /** Receives the Dockerfile once it is read, so that messages can quote it. */
  readonly onDockerfile?:
    ((dockerfile: { readonly file: string; readonly text: string }) => void) | undefined;
}

/** What was built. */
export interface BuildResult {
  readonly output: BuildOutput;
  /** Digest of the written file; of the image config for a directory. */
  readonly digest: Digest;
  /** Bytes written. */
  readonly sizeBytes: number;
  /** The Dockerfile, as messages name it. */
  readonly file: string;
  readonly warnings: readonly LintWarning[];
}
