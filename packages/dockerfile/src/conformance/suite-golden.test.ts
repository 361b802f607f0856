import type { HistoryEntry, ImageConfig } from '../config/image-config.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import { parseIgnoreFile } from '../ignore/parse-ignore-file.ts';
import { IgnoreMatcher } from '../ignore/ignore-matcher.ts';
import type { LintWarning } from '../lint/lint-warning.ts';
import { planBuild } from '../plan/plan-build.ts';
import type { ExternalBase, ResolvedBuild } from '../plan/build-plan.ts';
import { resolveBuild } from '../plan/resolve-build.ts';
import { describeWithData, readJsonLines } from './shared-data.ts';

interface SuiteRow {
  readonly name: string;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, unknown>>;
  readonly args?: Readonly<Record<string, string>>;
  readonly opts?: Readonly<Record<string, string>>;
  readonly contexts?: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly ok: boolean;
    readonly error?: string;
    readonly warnings?: readonly string[];
    readonly config?: Readonly<Record<string, unknown>>;
    readonly author?: string;
    readonly history?: readonly HistoryEntry[];
    readonly layerCount?: number;
  };
}

/** Debian's minimal image. */
const DEBIAN: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Cmd: ['bash'],
    Labels: { 'io.buildah.version': '1.28.2' },
  },
  history: [{ created_by: '/bin/sh' }],
};

/** These fail when files are read or programs run, which planning does not do. */
const EXECUTION_ERRORS =
  /failed to compute cache key|cannot replace to directory|cannot copy to non-directory|not a directory|digest mismatch|did not complete successfully|invalid user index|secret nope: not found|failed to resolve source metadata|unknown parent image|invalid response status/;

const rows = readJsonLines<SuiteRow>('golden/suite.jsonl');

// Expected values: builds by the real BuildKit, platform linux/amd64.
describeWithData('builds by the reference', () => {
  it.each(rows)('$name', async (row) => {
    const { expected } = row;
    const { build, error, warnings } = await plan(row);
    expect(warnings.map(formatWarning).toSorted()).toEqual([...(expected.warnings ?? [])].toSorted());
    if (!expected.ok && !EXECUTION_ERRORS.test(expected.error ?? '')) {
      expect(error).toBe(expected.error);
      return;
    }
    expect(error).toBeUndefined();
    if (!expected.ok) return;
    expect(build?.image.config).toEqual(expected.config);
    expect(build?.image.author ?? '').toBe(expected.author ?? '');
    expect(build?.image.history ?? []).toEqual(expected.history ?? []);
    expect(layerCount(build)).toBe(expected.layerCount);
  });
});

async function plan(row: SuiteRow): Promise<{
  readonly build?: ResolvedBuild;
  readonly error?: string;
  readonly warnings: readonly LintWarning[];
}> {
  const warnings: LintWarning[] = [];
  try {
    const plan = planBuild(row.dockerfile, {
      targetPlatform: 'linux/amd64',
      ...(row.args === undefined ? {} : { buildArgs: row.args }),
      ...(row.opts?.['target'] === undefined ? {} : { target: row.opts['target'] }),
      labels: labelsOf(row.opts ?? {}),
      contexts: Object.fromEntries(Object.keys(row.contexts ?? {}).map((name) => [name, `local:${name}`])),
      ignorePatterns: ignorePatternsOf(row),
      onWarning: (warning) => void warnings.push(warning),
    });
    return { build: await resolveBuild(plan, resolveBase), warnings };
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    return { error: error.message, warnings };
  }
}

function resolveBase(base: ExternalBase): Promise<ImageConfig | undefined> {
  return Promise.resolve(base.kind === 'image' ? DEBIAN : undefined);
}

function labelsOf(opts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const labels = Object.entries(opts).filter(([name]) => name.startsWith('label:'));
  return Object.fromEntries(labels.map(([name, value]) => [name.slice('label:'.length), value]));
}

function ignorePatternsOf({ files = {} }: SuiteRow): readonly string[] {
  const text = files['Dockerfile.dockerignore'] ?? files['.dockerignore'];
  if (typeof text !== 'string') return [];
  const patterns = parseIgnoreFile(text);
  void new IgnoreMatcher(patterns);
  return patterns;
}

function formatWarning({ rule, message, range }: LintWarning): string {
  return `${rule}: ${message} (line ${range.start.line})`;
}

/** Layers on top of those of the base, which the data has none of. */
function layerCount(build: ResolvedBuild | undefined): number {
  return (build?.image.history ?? []).filter((entry) => entry.empty_layer !== true).length;
}
