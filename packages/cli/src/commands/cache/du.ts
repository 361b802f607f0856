import { Command, Flags } from '@oclif/core';

/** `boxer cache du` */
export default class CacheDu extends Command {
  static override readonly summary = 'Show how much the cache takes, and how much of it can be removed.';
  static override readonly flags = { json: Flags.boolean({ summary: 'As JSON, for programs.' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(CacheDu);
    const { showUsage } = await import('../../cache/show-cache.ts');
    for (const line of await showUsage(flags.json)) this.log(line);
  }
}
