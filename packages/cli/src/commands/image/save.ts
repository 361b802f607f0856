import { Args, Command, Flags } from '@oclif/core';
import { archiveForms } from '../../image/archive-forms.ts';

/** `boxer image save` */
export default class ImageSave extends Command {
  static override readonly strict = false;
  static override readonly summary = 'Write images of the store into an archive.';
  static override readonly description = 'What docker load, skopeo and boxer image load take.';
  static override readonly examples = ['<%= config.bin %> image save -o base.tar my/base:1'];
  static override readonly args = {
    reference: Args.string({
      required: true,
      description: 'As boxer image ls shows it, or a digest of boxer image pull. May be given several times.',
    }),
  };
  static override readonly flags = {
    output: Flags.string({ char: 'o', required: true, helpValue: 'FILE', summary: 'Archive to write.' }),
    format: Flags.option({
      options: archiveForms,
      default: 'docker' as const,
      summary: 'As docker save writes it, or an OCI layout.',
    })(),
  };

  async run(): Promise<void> {
    const { save } = await import('../../image/save.ts');
    const { argv, flags } = await this.parse(ImageSave);
    await save(
      argv.map((word) => String(word)),
      flags.output,
      flags.format,
    );
  }
}
