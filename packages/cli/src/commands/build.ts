import { Args, Command, Flags } from '@oclif/core';
import { buildRequest } from '../build/build-request.ts';
import { progressKinds } from '../progress/create-progress.ts';

const list = { multiple: true, multipleNonGreedy: true } as const;

/** `boxer build` */
export default class Build extends Command {
  static override readonly summary = 'Build a Dockerfile into one WebAssembly component.';
  static override readonly description =
    'COPY and ADD see the files of CONTEXT. RUN executes in a box, without network. The result is written whole or not at all.';
  static override readonly examples = [
    '<%= config.bin %> build . -o app.wasm',
    '<%= config.bin %> build --build-arg VERSION=3 --target test .',
    '<%= config.bin %> build --build-context debian=oci-layout://base .',
    '<%= config.bin %> build --output type=oci,dest=image.tar .',
    '<%= config.bin %> build https://github.com/owner/name.git#main:docker',
    'tar cz . | <%= config.bin %> build -',
  ];
  static override readonly args = {
    context: Args.string({
      default: '.',
      description:
        'Directory with the files to build from, or a Dockerfile in it; a git repository; URL of a tar archive or Dockerfile; - reads either from standard input.',
    }),
  };
  static override readonly flags = {
    file: Flags.string({
      char: 'f',
      helpValue: 'FILE',
      summary: 'Dockerfile, or its URL; - reads it from standard input.',
    }),
    output: Flags.string({
      char: 'o',
      default: 'image.wasm',
      helpValue: 'FILE',
      summary: 'Component to write, or type=oci|docker|tar|local,dest=PATH.',
    }),
    'build-arg': Flags.string({
      ...list,
      helpValue: 'K[=V]',
      summary: "Value of an ARG; without V, the host's variable.",
    }),
    target: Flags.string({ helpValue: 'STAGE', summary: 'Stage to build; default: the last.' }),
    'build-context': Flags.string({
      ...list,
      helpValue: 'NAME=SRC',
      summary:
        'Replace an image or stage: a directory, oci-layout://DIR, docker-archive:FILE, docker-image://REF, a git repository or URL.',
    }),
    secret: Flags.string({
      ...list,
      helpValue: 'id=ID[,src=FILE|,env=NAME]',
      summary: 'File or variable for RUN --mount=type=secret.',
    }),
    ssh: Flags.string({
      ...list,
      helpValue: 'default|ID[=PATH,…]',
      summary: 'SSH agent or keys for RUN --mount=type=ssh and for repositories reached through ssh.',
    }),
    label: Flags.string({ ...list, helpValue: 'K=V', summary: 'Label of the image.' }),
    platform: Flags.string({
      helpValue: 'OS/ARCH',
      summary: 'Platform of base images; default linux/arm64.',
    }),
    'no-cache': Flags.boolean({ summary: 'Execute every step anew.' }),
    'no-cache-filter': Flags.string({
      ...list,
      helpValue: 'STAGE[,STAGE]',
      summary: 'Execute the steps of these stages anew.',
    }),
    'cache-from': Flags.string({
      ...list,
      helpValue: 'type=local,src=DIR|type=registry,ref=REF',
      summary: 'Use what another build has exported.',
    }),
    'cache-to': Flags.string({
      ...list,
      helpValue: 'type=local,dest=DIR|type=registry,ref=REF[,mode=min|max]',
      summary: 'Export the steps of this build: of the image (min), or of all stages (max).',
    }),
    'cache-max-size': Flags.string({
      helpValue: 'SIZE',
      summary: 'Bound on layers and cache mounts: the least recently used is removed. 0 for none.',
    }),
    check: Flags.boolean({ summary: 'Only look for mistakes in the Dockerfile.' }),
    progress: Flags.option({
      options: progressKinds,
      default: 'auto' as const,
      summary: 'How to show what happens.',
    })(),
    policy: Flags.string({ helpValue: 'FILE', summary: 'Budgets for RUN, from a policy file.' }),
    aot: Flags.option({
      options: ['none', 'profile'] as const,
      summary:
        'Translate ahead of time: none, the default, or what the start command and --train execute most.',
    })(),
    train: Flags.string({
      ...list,
      helpValue: 'CMD',
      summary: "Command for the image's shell, run to see what it executes; implies --aot profile.",
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Build);
    const request = await buildRequest(args.context, flags);
    const { runBuild } = await import('../build/run-build.ts');
    await runBuild(request);
  }
}
