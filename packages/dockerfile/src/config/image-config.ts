/**
 * The image config, in the JSON form that registries store, so that a base's config can be passed in
 * and the result written out unchanged.
 *
 * @source OCI image-spec v1.1.0, config.md; Docker image spec v1.3 (OnBuild, Shell, Healthcheck, ArgsEscaped)
 */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly config: ContainerConfig;
  readonly rootfs?: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly HistoryEntry[];
}

/** Execution parameters of an image. Absent keys are the defaults. */
export interface ContainerConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, EmptyObject>>;
  /** `NAME=value`, in order of first definition. */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, EmptyObject>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
  readonly Healthcheck?: Healthcheck;
  /** Triggers, as text, that run in a build based on this image. */
  readonly OnBuild?: readonly string[];
  readonly ArgsEscaped?: boolean;
}

/** An object without properties: a member of a set, as image configs write sets. */
export type EmptyObject = Record<string, never>;

/** How to test that a container works. Durations are nanoseconds; absent means the runtime's default. */
export interface Healthcheck {
  /** `["NONE"]`, `["CMD", argv…]` or `["CMD-SHELL", text]`. */
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** One step in an image's history. */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  /** True when the step added no layer. */
  readonly empty_layer?: boolean;
}
