import { Args, Command, Flags } from '@oclif/core';

/** `boxer image load` */
export default class ImageLoad extends Command {
  static override readonly summary = 'Put images of an archive or layout into the store.';
  static override readonly description =
    'Takes what docker save writes, an OCI layout, or a tar archive of one. FROM then finds the images by name, without a registry.';
  static override readonly examples = [
    '<%= config.bin %> image load debian.tar',
    '<%= config.bin %> image load --name my/base layout/',
  ];
  static override readonly args = {
    path: Args.string({ required: true, description: 'Archive, or directory of a layout.' }),
  };
  static override readonly flags = {
    name: Flags.string({ helpValue: 'REF', summary: 'Name to give, for an archive of one image.' }),
    platform: Flags.string({
      default: 'linux/arm64',
      helpValue: 'OS/ARCH',
      summary: 'Which image of several.',
    }),
  };

  async run(): Promise<void> {
    const { load } = await import('../../image/load.ts');
    const { args, flags } = await this.parse(ImageLoad);
    for (const line of await load(args.path, flags.platform, flags.name)) this.log(line);
  }
}
