import type { ImageConfig } from '../config/image-config.ts';
import type { PlanOptions } from '../plan/build-plan.ts';
import { planBuild } from '../plan/plan-build.ts';
import { resolveBuild } from '../plan/resolve-build.ts';
import { lintRules } from './rules.table.ts';

interface RuleCase {
  readonly rule: keyof typeof lintRules;
  readonly bad: string;
  readonly line?: number;
  readonly message: string;
  readonly good: string;
  readonly options?: PlanOptions;
}

// Messages: dockerfile_lint_test.go of the reference, or its golden builds. Lines count from 1.
const cases: readonly RuleCase[] = [
  {
    rule: 'StageNameCasing',
    bad: 'FROM scratch AS Base',
    message: "Stage name 'Base' should be lowercase",
    good: 'FROM scratch AS base',
  },
  {
    rule: 'FromAsCasing',
    bad: 'FROM scratch as base',
    message: "'as' and 'FROM' keywords' casing do not match",
    good: 'from scratch as base',
  },
  {
    rule: 'NoEmptyContinuation',
    bad: 'FROM scratch\nLABEL a=1 \\\n\n b=2',
    line: 4,
    message: 'Empty continuation line',
    good: 'FROM scratch\nLABEL a=1 \\\n# comment\n b=2',
  },
  {
    rule: 'ConsistentInstructionCasing',
    bad: 'FROM scratch\nLABEL a=1\nlabel b=2',
    line: 3,
    message: "Command 'label' should match the case of the command majority (uppercase)",
    good: 'from scratch\nlabel a=1',
  },
  {
    rule: 'DuplicateStageName',
    bad: 'FROM scratch AS b\nFROM scratch AS b',
    line: 2,
    message: 'Duplicate stage name "b", stage names should be unique',
    good: 'FROM scratch AS b\nFROM scratch AS c',
  },
  {
    rule: 'ReservedStageName',
    bad: 'FROM scratch AS context',
    message: 'Stage name should not use the same name as reserved stage "context"',
    good: 'FROM scratch AS contexts',
  },
  {
    rule: 'JSONArgsRecommended',
    bad: 'FROM scratch\nENTRYPOINT top',
    line: 2,
    message: 'JSON arguments recommended for ENTRYPOINT to prevent unintended behavior related to OS signals',
    good: 'FROM scratch\nSHELL ["/bin/bash","-c"]\nENTRYPOINT top',
  },
  {
    rule: 'MaintainerDeprecated',
    bad: 'FROM scratch\nMAINTAINER me',
    line: 2,
    message: 'Maintainer instruction is deprecated in favor of using label',
    good: 'FROM scratch\nLABEL maintainer=me',
  },
  {
    rule: 'UndefinedArgInFrom',
    bad: 'ARG VERSION=latest\nFROM busybox:${VERSIN}latest',
    line: 2,
    message: "FROM argument 'VERSIN' is not declared (did you mean VERSION?)",
    good: 'ARG VERSION=latest\nFROM busybox:$VERSION',
  },
  {
    rule: 'WorkdirRelativePath',
    bad: 'FROM scratch\nWORKDIR app',
    line: 2,
    message: 'Relative workdir "app" can have unexpected results if the base image changes',
    good: 'FROM scratch\nWORKDIR /srv\nWORKDIR app',
  },
  {
    rule: 'UndefinedVar',
    bad: 'FROM scratch\nARG foo\nCOPY Dockerfile /$fo',
    line: 3,
    message: "Usage of undefined variable '$fo'",
    good: 'FROM scratch\nARG foo\nCOPY Dockerfile /$foo',
  },
  {
    rule: 'MultipleInstructionsDisallowed',
    bad: 'FROM scratch\nCMD ["a"]\nCMD ["b"]',
    line: 2,
    message:
      'Multiple CMD instructions should not be used in the same stage because only the last one will be used',
    good: 'FROM scratch AS a\nCMD ["a"]\nFROM a\nCMD ["b"]',
  },
  {
    rule: 'LegacyKeyValueFormat',
    bad: 'FROM scratch\nENV a b',
    line: 2,
    message: '"ENV key=value" should be used instead of legacy "ENV key value" format',
    good: 'FROM scratch\nENV a=b',
  },
  {
    rule: 'InvalidBaseImagePlatform',
    bad: 'FROM amd64-only',
    message:
      'Base image amd64-only was pulled with platform "linux/amd64", expected "linux/arm64" for current build',
    good: 'FROM debian',
  },
  {
    rule: 'RedundantTargetPlatform',
    bad: 'FROM --platform=${TARGETPLATFORM} scratch',
    message:
      'Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as this is the default behavior',
    good: 'FROM --platform=$BUILDPLATFORM scratch',
  },
  {
    rule: 'SecretsUsedInArgOrEnv',
    bad: 'FROM scratch\nARG GITHUB_TOKEN',
    line: 2,
    message: 'Do not use ARG or ENV instructions for sensitive data (ARG "GITHUB_TOKEN")',
    good: 'FROM scratch\nARG TOKENIZER\nENV PUBLIC_KEY=x TOKEN_FILE=y',
  },
  {
    rule: 'InvalidDefaultArgInFrom',
    bad: 'ARG VERSION\nFROM busybox:$VERSION',
    line: 2,
    message: 'Default value for ARG busybox:$VERSION results in empty or invalid base image name',
    good: 'ARG VERSION=1\nFROM busybox:$VERSION',
    options: { buildArgs: { VERSION: '2' } },
  },
  {
    rule: 'FromPlatformFlagConstDisallowed',
    bad: 'FROM --platform=linux/arm64 scratch',
    message: 'FROM --platform flag should not use constant value "linux/arm64"',
    good: 'FROM --platform=linux/arm64 scratch AS build_arm64',
  },
  {
    rule: 'CopyIgnoredFile',
    bad: 'FROM scratch\nADD docs/a.md /',
    line: 2,
    message: 'Attempting to Add file "docs/a.md" that is excluded by .dockerignore',
    good: 'FROM scratch AS s\nCOPY . /\nFROM scratch\nCOPY --from=s docs /',
    options: { ignorePatterns: ['docs'] },
  },
  {
    rule: 'InvalidDefinitionDescription',
    bad: '# check=experimental=all\n\n# foo is a stage\nFROM scratch AS bar',
    line: 4,
    message: 'Comment for FROM should follow the format: `# bar <description>`',
    good: '# foo is a stage\nFROM scratch AS bar\n# other\n#\nARG x',
  },
  {
    rule: 'ExposeProtoCasing',
    bad: 'FROM scratch\nEXPOSE 80/TCP',
    line: 2,
    message: "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
    good: 'FROM scratch\nEXPOSE 80/tcp',
  },
  {
    rule: 'ExposeInvalidFormat',
    bad: 'FROM scratch\nEXPOSE 80:8080',
    line: 2,
    message: "EXPOSE instruction should not define an IP address or host-port mapping, found '80:8080'",
    good: 'FROM scratch\nEXPOSE 8080',
  },
];

describe('lint rules', () => {
  it.each(cases)('$rule warns', async ({ rule, bad, line = 1, message, options }) => {
    const warnings = await lint(bad, options);
    expect(warnings.filter((warning) => warning.rule === rule)).toMatchObject([
      { message, description: lintRules[rule].description, range: { start: { line } } },
    ]);
  });

  it.each(cases)('$rule keeps quiet', async ({ rule, good, options }) => {
    expect((await lint(good, options)).filter((warning) => warning.rule === rule)).toEqual([]);
  });

  it('are all tested', () => {
    expect(cases.map(({ rule }) => rule)).toEqual(Object.keys(lintRules));
  });
});

// Behaviour: docs.docker.com/reference/dockerfile, "check".
describe('# check=', () => {
  it.each([
    ['skips a rule', '# check=skip=StageNameCasing\nFROM scratch AS Base', []],
    ['skips all rules', '# check=skip=all\nFROM scratch as Base', []],
    ['skips for one instruction', 'FROM scratch\n# check=skip=LegacyKeyValueFormat\nENV a b\nENV c d', [4]],
    ['may be explained', 'FROM scratch\n# check=skip=all // for a reason\nENV a b', []],
    ['is a comment when it is not understood', 'FROM scratch\n# check = the value below\nENV a b', [3]],
    ['is not read below other lines', 'FROM scratch\n# check=skip=all\n\nENV a=b\nENV c d', [5]],
  ])('%s', async (_, text, lines) => {
    expect((await lint(text)).map(({ range }) => range.start.line)).toEqual(lines);
  });

  it('makes warnings fail the build', async () => {
    const warnings: string[] = [];
    const options = { onWarning: ({ rule }: { rule: string }) => void warnings.push(rule) };
    await expect(lint('# check=error=true\nFROM scratch as Base', options)).rejects.toMatchObject({
      code: 'DOCKERFILE_LINT',
      message: 'lint violation found for rules: StageNameCasing, FromAsCasing',
      line: 2,
    });
    expect(warnings).toEqual(['StageNameCasing', 'FromAsCasing']);
  });

  it('gives way to the build argument', async () => {
    const options = { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: 'skip=all' } };
    await expect(lint('# check=error=true\nFROM scratch as Base', options)).resolves.toEqual([]);
  });

  it.each([
    ['skip', 'failed to parse check options: invalid check option "skip"'],
    ['skp=all', 'failed to parse check options: invalid check option "skp"'],
  ])('refuses %s', async (value, message) => {
    await expect(lint(`# check=${value}\nFROM scratch`)).rejects.toMatchObject({
      code: 'DOCKERFILE_LINT',
      message,
      line: 1,
    });
  });
});

// Expected values: dockerfile_check_test.go of the reference.
describe('rules in detail', () => {
  it('SecretsUsedInArgOrEnv knows whole words only', async () => {
    const text = [
      'FROM scratch',
      'ARG SECRET_PASSPHRASE',
      'ENV SUPER_Secret=foo',
      'ENV password=bar secret=baz',
      'ARG super_duper_secret_token=foo auth=bar',
      'ENV apikey=bar sunflower=foo',
      'ENV git_key=',
      'ENV PUBLIC_KEY=',
      'ARG public_token',
      'ARG SECRET_PASSPHRASE_FILE',
      'ENV password_file=bar secret_File=baz',
      'ARG AUTH_MODULE_VERSION',
      '# check=skip=SecretsUsedInArgOrEnv // allow secret in environment',
      'ENV password=bar',
    ].join('\n');
    const names = (await lint(text)).map(({ message, range }) => [
      range.start.line,
      /"(.*)"/.exec(message)?.[1],
    ]);
    expect(names).toEqual([
      [2, 'SECRET_PASSPHRASE'],
      [3, 'SUPER_Secret'],
      [4, 'password'],
      [4, 'secret'],
      [5, 'super_duper_secret_token'],
      [5, 'auth'],
      [6, 'apikey'],
      [7, 'git_key'],
    ]);
  });

  it.each([
    ['FROM scratch\nARG foo\nCOPY Dockerfile${foo} .', []],
    ['FROM a AS base\nARG foo=Dockerfile\nFROM base\nCOPY $foo .', []],
    ['FROM a\nRUN echo $PATH', []],
    ['FROM a\nCOPY $foo .\nARG foo=bar', ["Usage of undefined variable '$foo'"]],
    [
      'FROM a\nARG DIR_BINARIES=b\nARG DIR_ASSETS=a\nCOPY $DIR_ASSET .',
      ["Usage of undefined variable '$DIR_ASSET' (did you mean $DIR_ASSETS?)"],
    ],
    ['FROM a\nENV PATH=$PAHT:/tmp/bin', ["Usage of undefined variable '$PAHT' (did you mean $PATH?)"]],
    ['ARG DEBUG\nFROM scra${DEBUG:-tch}', []],
    ['ARG tag=latest\nFROM a:${tag}${version} AS b', ["FROM argument 'version' is not declared"]],
    ['FROM a\nRUN <<EOT\nenv\nEOT', []],
    ['FROM scratch AS a\nWORKDIR /app\nFROM a AS b\nWORKDIR subdir/', []],
    ['FROM --platform=linux/amd64 scratch AS linux', []],
  ])('%j', async (text, messages) => {
    expect((await lint(text)).map(({ message }) => message)).toEqual(messages);
  });

  it.each([
    ['. .', '.*', []],
    ['. .', '*', ['Attempting to Copy file "." that is excluded by .dockerignore']],
    ['./a /', 'a', ['Attempting to Copy file "a" that is excluded by .dockerignore']],
    ['a /', '**\n!a', []],
  ])('CopyIgnoredFile: COPY %s with %j', async (args, ignore, messages) => {
    const warnings = await lint(`FROM scratch\nCOPY ${args}`, { ignorePatterns: ignore.split('\n') });
    expect(warnings.map(({ message }) => message)).toEqual(messages);
  });

  it('ExposeInvalidFormat names each port', async () => {
    const warnings = await lint('FROM scratch\nEXPOSE 127.0.0.1:80:80 [::1]:8080:8080 5000:5000 8000');
    expect(warnings.map(({ message }) => /'(.*)'/.exec(message)?.[1])).toEqual([
      '127.0.0.1:80:80',
      '5000:5000',
      '[::1]:8080:8080',
    ]);
  });

  it('reports warnings found before an error', async () => {
    const rules: string[] = [];
    const options = { onWarning: ({ rule }: { rule: string }) => void rules.push(rule) };
    const refusal = lint('FROM scratch AS BadStageName\nMAINTAINER me@example.org\nBADCMD', options);
    await expect(refusal).rejects.toThrow('dockerfile parse error on line 3: unknown instruction: BADCMD');
    expect(rules).toEqual(['StageNameCasing', 'MaintainerDeprecated']);
  });
});

async function lint(
  text: string,
  options: PlanOptions = {},
): Promise<Awaited<ReturnType<typeof resolveBuild>>['warnings']> {
  const plan = planBuild(text, { allStages: true, ...options });
  const { warnings } = await resolveBuild(plan, (base) =>
    Promise.resolve<ImageConfig>({
      os: 'linux',
      architecture: base.kind === 'image' && base.reference.includes('amd64') ? 'amd64' : 'arm64',
      config: {},
    }),
  );
  return warnings;
}
