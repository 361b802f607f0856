import { Args, Command, Flags } from '@oclif/core';

/** `boxer image pull` */
export default class ImagePull extends Command {
  static override readonly summary = 'Fetch a base image into the store.';
  static override readonly examples = ['<%= config.bin %> image pull debian:trixie-slim'];
  static override readonly args = {
    reference: Args.string({ required: true, description: 'As in FROM: debian, ghcr.io/owner/name:tag.' }),
  };
  static override readonly flags = {
    platform: Flags.string({
      default: 'linux/arm64',
      helpValue: 'OS/ARCH',
      summary: 'Which image of several.',
    }),
  };

  async run(): Promise<void> {
    const { pull } = await import('../../image/pull.ts');
    const { args, flags } = await this.parse(ImagePull);
    this.log(await pull(args.reference, flags.platform));
  }
}
