import { Args, Command, Flags } from '@oclif/core';
import { describeComponent } from '../inspect/describe-component.ts';

/** `boxer inspect` */
export default class Inspect extends Command {
  static override readonly summary = 'Show what is in an image.';
  static override readonly description =
    'Config, layers, sizes, and what it imports. An image asks for no grants: who runs it gives them.';
  static override readonly examples = [
    '<%= config.bin %> inspect image.wasm',
    '<%= config.bin %> inspect --json image.wasm',
  ];
  static override readonly args = {
    image: Args.string({ required: true, description: 'Component written by boxer build.' }),
  };
  static override readonly flags = { json: Flags.boolean({ summary: 'Write one JSON object.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Inspect);
    const { inspectComponent } = await import('@boxer/component');
    const summary = inspectComponent(args.image);
    this.log(flags.json ? JSON.stringify(summary, undefined, 2) : describeComponent(summary));
  }
}
