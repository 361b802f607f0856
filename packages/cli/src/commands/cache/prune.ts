import { Command, Flags } from '@oclif/core';

/** `boxer cache prune` */
export default class CachePrune extends Command {
  static override readonly summary = 'Remove layers and cache mounts.';
  static override readonly description =
    'What builds under way have used stays, and so do images that were loaded under a name. Builds make again what they miss.';
  static override readonly examples = [
    '<%= config.bin %> cache prune --filter until=24h',
    '<%= config.bin %> cache prune --keep-storage 5g',
    '<%= config.bin %> cache prune --all',
  ];
  static override readonly flags = {
    all: Flags.boolean({ char: 'a', summary: 'Pulled images and compiled code too.' }),
    filter: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY=VALUE',
      summary: 'Only what was not used for until=24h (or since until=TIME), is of type=TYPE, has id=ID.',
    }),
    'keep-storage': Flags.string({
      helpValue: 'SIZE',
      summary: 'Remove the least recently used until so much is left: 512m, 10g.',
    }),
    json: Flags.boolean({ summary: 'As JSON, for programs.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CachePrune);
    const { prune } = await import('../../cache/prune.ts');
    for (const line of await prune(flags)) this.log(line);
  }
}
