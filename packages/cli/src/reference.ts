import type { Command } from '@oclif/core';
import { commands } from './commands/index.ts';
import { exitCodeRows } from './errors/exit-codes.ts';

interface FlagShape {
  readonly char?: string;
  readonly name?: string;
  readonly type?: 'boolean' | 'option';
  readonly helpValue?: string | string[];
  readonly summary?: string;
  readonly default?: string | boolean;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
}

interface ArgShape {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string | boolean;
}

/** @returns docs/reference/cli.md, from the commands themselves */
export function cliReference(): string {
  const sections = Object.entries(commands).map(([id, command]) =>
    commandSection(id.replaceAll(':', ' '), command),
  );
  return [
    '<!-- Written by packages/cli/scripts/generate-reference.mjs from the commands; do not edit. -->',
    '',
    '# The command line',
    '',
    'Flags mean what they mean in Docker. Results go to standard output; progress, warnings and errors to standard error.',
    '',
    ...sections.flat(),
    '## Exit codes',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...exitCodeRows.map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    '',
    '## Variables',
    '',
    '| variable | meaning |',
    '| --- | --- |',
    '| `BOXER_CACHE_DIR` | Where base images, step results and temporary files are kept; default `$XDG_CACHE_HOME/boxer`, else `~/.cache/boxer`. |',
    '| `BOXER_CACHE_MAX_SIZE` | Bound on layers and cache mounts, as `--cache-max-size`; default `10g`, `0` for none. |',
    '| `BOXER_CODE_CACHE` | `off`: compiled code is not kept for further runs (in the folder `code` of the cache). |',
    '| `BOXER_JIT` | `on`, `off` or `auto`: what `boxer run` does without `--jit`. |',
    '| `BOXER_PACKS` | `off`: translated code in images is not used. |',
    '| `BOXER_DEBUG` | `1`: errors come with their stack. |',
    '',
  ].join('\n');
}

function commandSection(name: string, command: typeof Command): string[] {
  const args = Object.entries((command.args ?? {}) as unknown as Readonly<Record<string, ArgShape>>);
  const flags = Object.entries((command.flags ?? {}) as unknown as Readonly<Record<string, FlagShape>>);
  const usage = typeof command.usage === 'string' ? command.usage : usageOf(name, args, flags.length > 0);
  return [
    `## boxer ${name}`,
    '',
    `${command.summary ?? ''}${command.description === undefined ? '' : ` ${command.description}`}`,
    '',
    '```',
    `boxer ${usage}`,
    '```',
    '',
    ...(args.length === 0 ? [] : ['| argument | meaning |', '| --- | --- |', ...args.map(argRow), '']),
    ...(flags.length === 0
      ? []
      : ['| flag | meaning |', '| --- | --- |', ...flags.map(([flag, shape]) => flagRow(flag, shape)), '']),
    ...examples(command),
  ];
}

function usageOf(name: string, args: readonly [string, ArgShape][], hasFlags: boolean): string {
  const words = args.map(([arg, { required }]) =>
    required === true ? arg.toUpperCase() : `[${arg.toUpperCase()}]`,
  );
  return [name, ...(hasFlags ? ['[FLAGS]'] : []), ...words].join(' ');
}

function argRow([name, { description = '', default: value }]: [string, ArgShape]): string {
  return `| \`${name.toUpperCase()}\` | ${escapeCell(description)}${value === undefined ? '' : ` Default \`${value}\`.`} |`;
}

function flagRow(name: string, shape: FlagShape): string {
  const value =
    shape.options?.join('|') ??
    (Array.isArray(shape.helpValue) ? shape.helpValue.join(' ') : shape.helpValue);
  const long = `--${name}${shape.type === 'option' ? ` ${value ?? 'VALUE'}` : ''}`;
  const flag =
    shape.char === undefined ? `\`${escapeCell(long)}\`` : `\`-${shape.char}\`, \`${escapeCell(long)}\``;
  const again = shape.multiple === true ? ' May be given several times.' : '';
  const preset =
    shape.default === undefined || shape.default === false ? '' : ` Default \`${shape.default}\`.`;
  return `| ${flag} | ${escapeCell(shape.summary ?? '')}${again}${preset} |`;
}

function examples(command: typeof Command): string[] {
  const lines = (command.examples ?? []).filter((example) => typeof example === 'string');
  return lines.length === 0
    ? []
    : ['```sh', ...lines.map((line) => line.replaceAll('<%= config.bin %>', 'boxer')), '```', ''];
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
