import { type BuildResult, buildImage, checkDockerfile } from '@boxer/build';
import type { LintWarning } from '@boxer/build';
import { exitCodes } from '@boxer/foundation';
import { renderError, type SourceText } from '../errors/render-error.ts';
import { renderCheck } from './render-check.ts';
import { createProgress } from '../progress/create-progress.ts';
import { formatBytes } from '../progress/format.ts';
import { abortOnSignals } from '../signals/abort-on-signals.ts';
import type { BuildRequest } from './build-request.ts';

/** Builds, shows progress on standard error and the result on standard output, and sets the exit code. */
export async function runBuild({ options, progress, check }: BuildRequest): Promise<void> {
  const stop = abortOnSignals();
  const view = createProgress(progress, process.stderr);
  let dockerfile: SourceText | undefined;
  const onDockerfile = ({ file, text }: { file: string; text: string }) => {
    dockerfile = { name: file, text };
  };
  try {
    if (check) {
      const { warnings } = await checkDockerfile({ ...options, onDockerfile });
      process.stdout.write(renderCheck(warnings, dockerfile));
      process.exitCode = warnings.length === 0 ? 0 : exitCodes.buildFailed;
      return;
    }
    const result = await buildImage({
      ...options,
      onDockerfile,
      signal: stop.signal,
      onEvent: (event) => view.show(event),
    });
    view.close();
    if (progress !== 'json') showWarnings(result.file, result.warnings);
    process.stdout.write(`${describe(result)}\n`);
  } catch (error) {
    view.close();
    if (stop.signal.aborted) {
      process.stderr.write('error: the build was interrupted\n');
      process.exitCode = stop.exitCode;
      return;
    }
    const debug = process.env['BOXER_DEBUG'] === '1';
    process.stderr.write(renderError(error, sourceOf(error, dockerfile), debug));
    process.exitCode = exitCodes.buildFailed;
  } finally {
    stop.dispose();
  }
}

function describe({ output, digest, sizeBytes }: BuildResult): string {
  return `${output.dest}  ${digest}  ${formatBytes(sizeBytes)}`;
}

function showWarnings(file: string, warnings: readonly LintWarning[]): void {
  for (const { rule, message, range, url } of warnings) {
    process.stderr.write(`warning: ${file}:${range.start.line}: ${message} (${rule})\n  ${url}\n`);
  }
}

/** The Dockerfile that an error points into, when it got as far as being read. */
function sourceOf(error: unknown, dockerfile: SourceText | undefined): SourceText | undefined {
  if (!(error instanceof Error) || !('place' in error)) return undefined;
  const { place } = error as Error & { place?: { file?: string } };
  return place?.file === dockerfile?.name ? dockerfile : undefined;
}
