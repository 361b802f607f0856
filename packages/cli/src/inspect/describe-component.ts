import type { ComponentSummary } from '@boxer/component';
import { formatBytes } from '../progress/format.ts';

/** @returns the summary as text for people: one fact a line, in sections */
export function describeComponent(summary: ComponentSummary): string {
  const { metadata } = summary;
  const config = recordOf(metadata.imageConfig['config']);
  const sections: [title: string, rows: string[]][] = [
    [
      '',
      [
        row('Image', summary.path),
        row('Size', formatBytes(summary.sizeBytes)),
        row('Platform', platformOf(metadata.imageConfig)),
      ],
    ],
    ['Starts', startRows(config)],
    ['Labels', Object.entries(recordOf(config['Labels'])).map(([key, value]) => row(key, String(value)))],
    ['Layers', layerRows(summary)],
    ['Parts', summary.parts.map((part) => row(part.role, formatBytes(part.sizeBytes)))],
    ['Imports', summary.imports.map((name) => `  ${name}`)],
    ['Built with', Object.entries(metadata.versions ?? {}).map(([name, version]) => row(name, version))],
  ];
  return sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => (title === '' ? rows : [title, ...rows]).join('\n'))
    .join('\n\n');
}

const WIDTH = 12;

function row(name: string, value: string): string {
  return `  ${name.padEnd(WIDTH)}  ${value}`;
}

function startRows(config: Readonly<Record<string, unknown>>): string[] {
  const rows: [string, unknown][] = [
    ['Entrypoint', config['Entrypoint']],
    ['Cmd', config['Cmd']],
    ['WorkingDir', config['WorkingDir']],
    ['User', config['User']],
    ['StopSignal', config['StopSignal']],
  ];
  const set = rows.filter(([, value]) => value !== undefined && value !== null && value !== '');
  const shown = set.map(([name, value]) =>
    row(name, typeof value === 'string' ? value : JSON.stringify(value)),
  );
  const env = Array.isArray(config['Env']) ? config['Env'] : [];
  return [...shown, ...env.map((variable) => row('Env', String(variable)))];
}

function layerRows({ metadata }: ComponentSummary): string[] {
  return (metadata.layers ?? []).map(({ diffId, sizeBytes, createdBy }) => {
    const size = sizeBytes === undefined ? '' : formatBytes(sizeBytes);
    return `  ${diffId.slice(0, 'sha256:'.length + 12)}  ${size.padStart(8)}  ${createdBy ?? ''}`.trimEnd();
  });
}

function platformOf(config: Readonly<Record<string, unknown>>): string {
  return [config['os'], config['architecture'], config['variant']]
    .filter((part) => typeof part === 'string')
    .join('/');
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
