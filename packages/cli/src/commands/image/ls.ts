import { Command } from '@oclif/core';

/** `boxer image ls` */
export default class ImageLs extends Command {
  static override readonly summary = 'List the images that were loaded into the store.';

  async run(): Promise<void> {
    await this.parse(ImageLs);
    const { list } = await import('../../image/list.ts');
    for (const line of await list()) this.log(line);
  }
}
