import { Command, Flags } from '@oclif/core';

/** `boxer cache ls` */
export default class CacheLs extends Command {
  static override readonly summary = 'List what the cache holds, least recently used first.';
  static override readonly flags = { json: Flags.boolean({ summary: 'As JSON, for programs.' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(CacheLs);
    const { showEntries } = await import('../../cache/show-cache.ts');
    for (const line of await showEntries(flags.json)) this.log(line);
  }
}
