import { Args, Command } from '@oclif/core';

/** `boxer image rm` */
export default class ImageRm extends Command {
  static override readonly summary = 'Take the name of a loaded image away.';
  static override readonly args = {
    reference: Args.string({ required: true, description: 'As boxer image ls shows it.' }),
  };

  async run(): Promise<void> {
    const { remove } = await import('../../image/remove.ts');
    const { args } = await this.parse(ImageRm);
    await remove(args.reference);
  }
}
