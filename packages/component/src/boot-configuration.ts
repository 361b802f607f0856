import { type BootKey, bootKeys } from '@boxer/abi';

/** A list of strings for the keys that form one, a single value for the others. */
export interface BootConfiguration {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly user?: string;
  readonly hostname?: string;
  readonly memory?: string;
  readonly fuel?: string;
  readonly umask?: string;
  readonly strace?: string;
  readonly export?: string;
  readonly stopsignal?: string;
  readonly mount?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly readonly?: string;
  readonly readonlyPath?: readonly string[];
  readonly exactEnv?: string;
  readonly lastPid?: string;
  readonly service?: readonly string[];
  readonly stdin?: string;
}

/** The configuration as lines, as `writePayload` of @boxer/fsimage takes them: a list gives one line an item. */
export function bootEntries(boot: BootConfiguration): (readonly [key: BootKey, value: string])[] {
  return bootKeyNames.flatMap((key) => {
    const value = boot[key];
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return values.map((item) => [key, item] as const);
  });
}

/**
 * The bytes that the kernel reads: `key=value` and a NUL byte for each value.
 *
 * @throws {@link RangeError} when a value holds a NUL byte
 */
export function encodeBootConfiguration(boot: BootConfiguration): Uint8Array {
  const lines = bootEntries(boot).map(([key, value]) => {
    if (value.includes('\0'))
      throw new RangeError(`Boot key ${key} holds a NUL byte: ${JSON.stringify(value)}`);
    return `${key}=${value}\0`;
  });
  return Buffer.from(lines.join(''), 'utf8');
}

/** In the order of the table, so that equal configurations have equal bytes. */
const bootKeyNames = Object.keys(bootKeys) as readonly BootKey[];

/** The fields of an OCI image config's `config` that say what to start. */
export interface StartConfig {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[] | null;
  readonly WorkingDir?: string | null;
  readonly User?: string | null;
  readonly StopSignal?: string | null;
}

/** Signals by the name that STOPSIGNAL may give. @source Linux include/uapi/asm-generic/signal.h */
const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  TERM: 15,
  WINCH: 28,
};

/**
 * What an image starts, from its config.
 *
 * @source OCI image-spec v1.1.0, config.md ("Properties")
 */
export function bootFromImageConfig(config: StartConfig): BootConfiguration {
  const stop = config.StopSignal?.replace(/^SIG/, '');
  const stopsignal = stop ? (/^\d+$/.test(stop) ? stop : signalNumbers[stop]?.toString()) : undefined;
  return {
    ...(config.Entrypoint ? { entrypoint: config.Entrypoint } : {}),
    ...(config.Cmd ? { cmd: config.Cmd } : {}),
    ...(config.Env ? { env: config.Env } : {}),
    ...(config.WorkingDir ? { cwd: config.WorkingDir } : {}),
    ...(config.User ? { user: config.User } : {}),
    ...(stopsignal === undefined ? {} : { stopsignal }),
  };
}
