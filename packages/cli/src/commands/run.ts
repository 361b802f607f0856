import { Command, Flags } from '@oclif/core';
import { runFlags } from '../run/run-flags.table.ts';
import type { FlagRow } from '../flags/flag-row.ts';
import { runImage } from '../run/run-image.ts';

/** `boxer run`, for its help. Its arguments are read by `parseRunArguments`: see `main.ts`. */
export default class Run extends Command {
  static override readonly summary = 'Run an image with nothing but what is granted.';
  static override readonly description =
    'Nothing is granted by default: no host directory, no variable, no network; writes go to memory and are gone afterwards. ' +
    'The exit code is that of the program in the box, or 124 (timeout), 125 (Boxer failed), 126 (not executable), 127 (not found), 137 (out of memory), 152 (out of fuel).';
  static override readonly usage = 'run [FLAGS] IMAGE [COMMAND [ARG...]]';
  static override readonly examples = [
    '<%= config.bin %> run image.wasm',
    '<%= config.bin %> run -it image.wasm bash',
    '<%= config.bin %> run -v ./project:/work:ro --timeout 30s image.wasm make',
  ];
  static override readonly strict = false;
  static override readonly flags = Object.fromEntries(
    (runFlags as readonly FlagRow[])
      .filter(({ name }) => name !== 'help')
      .map((row) => [row.name, flagOf(row)]),
  );

  async run(): Promise<void> {
    await runImage(this.argv);
  }
}

function flagOf(row: FlagRow) {
  const common = { summary: row.summary, ...(row.char === undefined ? {} : { char: row.char as 'a' }) };
  if (row.kind === 'switch') return Flags.boolean(common);
  const valued = { ...common, helpValue: row.value ?? 'VALUE' };
  return row.kind === 'list' ? Flags.string({ ...valued, multiple: true }) : Flags.string(valued);
}
