import { splitNameValue } from '../stages/env-list.ts';
import type { ContainerConfig, EmptyObject, Healthcheck } from './image-config.ts';

/** A container config under construction. */
export class ConfigDraft {
  /** ENV, in order of first definition. */
  readonly env: Map<string, string>;
  readonly labels: Map<string, string>;
  /** `port/protocol`. */
  readonly exposedPorts: Set<string>;
  readonly volumes: Set<string>;
  readonly onBuild: string[] = [];
  user: string;
  workingDir: string;
  stopSignal: string;
  entrypoint: readonly string[];
  cmd: readonly string[];
  shell: readonly string[];
  healthcheck: Healthcheck | undefined;
  argsEscaped: boolean;

  /** @param base - its triggers are left out: they apply once */
  constructor(base: ContainerConfig) {
    this.env = new Map((base.Env ?? []).map(splitNameValue));
    this.labels = new Map(Object.entries(base.Labels ?? {}));
    this.exposedPorts = new Set(Object.keys(base.ExposedPorts ?? {}));
    this.volumes = new Set(Object.keys(base.Volumes ?? {}));
    this.user = base.User ?? '';
    this.workingDir = base.WorkingDir ?? '';
    this.stopSignal = base.StopSignal ?? '';
    this.entrypoint = base.Entrypoint ?? [];
    this.cmd = base.Cmd ?? [];
    this.shell = base.Shell ?? [];
    this.healthcheck = base.Healthcheck ?? undefined;
    this.argsEscaped = base.ArgsEscaped ?? false;
  }

  /** The config so far; what is empty is left out. */
  toConfig(): ContainerConfig {
    return {
      ...present('User', this.user),
      ...present('ExposedPorts', emptyObjects(this.exposedPorts)),
      ...present(
        'Env',
        Array.from(this.env, ([name, value]) => `${name}=${value}`),
      ),
      ...present('Entrypoint', this.entrypoint),
      ...present('Cmd', this.cmd),
      ...present('Volumes', emptyObjects(this.volumes)),
      ...present('WorkingDir', this.workingDir),
      ...present('Labels', Object.fromEntries([...this.labels].toSorted(byName))),
      ...present('StopSignal', this.stopSignal),
      ...present('Shell', this.shell),
      ...(this.healthcheck === undefined ? {} : { Healthcheck: this.healthcheck }),
      ...present('OnBuild', [...this.onBuild]),
      ...(this.argsEscaped ? { ArgsEscaped: true } : {}),
    };
  }
}

/** One property, or none when the value is empty. */
function present<Key extends string, Value extends string | readonly string[] | object>(
  key: Key,
  value: Value,
): { readonly [K in Key]?: Value } {
  if (value === '' || (typeof value === 'object' && Object.keys(value).length === 0)) return {};
  const property: { [K in Key]?: Value } = {};
  property[key] = value;
  return property;
}

function emptyObjects(names: ReadonlySet<string>): Readonly<Record<string, EmptyObject>> {
  return Object.fromEntries([...names].toSorted().map((name) => [name, {}]));
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
