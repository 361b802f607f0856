/** A lint rule: how its message reads and what it asks for. */
export interface LintRule {
  readonly description: string;
  /** Last part of the address of the page that explains the rule. */
  readonly page: string;
  /** Only active when `check=experimental=` names it. */
  readonly experimental?: true;
  readonly message: (...details: readonly string[]) => string;
}

const suggestion = (text: string): string => (text === '' ? '' : ` (did you mean ${text}?)`);

/** @source buildkit, frontend/dockerfile/linter/ruleset.go */
export const lintRules = {
  StageNameCasing: {
    description: 'Stage names should be lowercase',
    page: 'stage-name-casing',
    message: (name) => `Stage name '${name}' should be lowercase`,
  },
  FromAsCasing: {
    description: "The 'as' keyword should match the case of the 'from' keyword",
    page: 'from-as-casing',
    message: (from, as) => `'${as}' and '${from}' keywords' casing do not match`,
  },
  NoEmptyContinuation: {
    description: 'Empty continuation lines will become errors in a future release',
    page: 'no-empty-continuation',
    message: () => 'Empty continuation line',
  },
  ConsistentInstructionCasing: {
    description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
    page: 'consistent-instruction-casing',
    message: (keyword, casing) =>
      `Command '${keyword}' should match the case of the command majority (${casing})`,
  },
  DuplicateStageName: {
    description: 'Stage names should be unique',
    page: 'duplicate-stage-name',
    message: (name) => `Duplicate stage name ${name}, stage names should be unique`,
  },
  ReservedStageName: {
    description: 'Reserved words should not be used as stage names',
    page: 'reserved-stage-name',
    message: (name) => `Stage name should not use the same name as reserved stage ${name}`,
  },
  JSONArgsRecommended: {
    description:
      'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    page: 'json-args-recommended',
    message: (keyword) =>
      `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`,
  },
  MaintainerDeprecated: {
    description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    page: 'maintainer-deprecated',
    message: () => 'Maintainer instruction is deprecated in favor of using label',
  },
  UndefinedArgInFrom: {
    description: 'FROM command must use declared ARGs',
    page: 'undefined-arg-in-from',
    message: (name, similar = '') => `FROM argument '${name}' is not declared${suggestion(similar)}`,
  },
  WorkdirRelativePath: {
    description:
      'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
    page: 'workdir-relative-path',
    message: (path) => `Relative workdir ${path} can have unexpected results if the base image changes`,
  },
  UndefinedVar: {
    description: 'Variables should be defined before their use',
    page: 'undefined-var',
    message: (name, similar = '') =>
      `Usage of undefined variable '$${name}'${suggestion(similar === '' ? '' : `$${similar}`)}`,
  },
  MultipleInstructionsDisallowed: {
    description: 'Multiple instructions of the same type should not be used in the same stage',
    page: 'multiple-instructions-disallowed',
    message: (keyword) =>
      `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`,
  },
  LegacyKeyValueFormat: {
    description: 'Legacy key/value format with whitespace separator should not be used',
    page: 'legacy-key-value-format',
    message: (keyword) =>
      `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
  },
  InvalidBaseImagePlatform: {
    description: 'Base image platform does not match expected target platform',
    page: 'invalid-base-image-platform',
    message: (image, expected, actual) =>
      `Base image ${image} was pulled with platform "${actual}", expected "${expected}" for current build`,
  },
  RedundantTargetPlatform: {
    description:
      'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
    page: 'redundant-target-platform',
    message: (variable) =>
      `Setting platform to predefined ${variable} in FROM is redundant as this is the default behavior`,
  },
  SecretsUsedInArgOrEnv: {
    description: 'Sensitive data should not be used in the ARG or ENV commands',
    page: 'secrets-used-in-arg-or-env',
    message: (keyword, name) => `Do not use ARG or ENV instructions for sensitive data (${keyword} ${name})`,
  },
  InvalidDefaultArgInFrom: {
    description: 'Default value for global ARG results in an empty or invalid base image name',
    page: 'invalid-default-arg-in-from',
    message: (base) => `Default value for ARG ${base} results in empty or invalid base image name`,
  },
  FromPlatformFlagConstDisallowed: {
    description: 'FROM --platform flag should not use a constant value',
    page: 'from-platform-flag-const-disallowed',
    message: (platform) => `FROM --platform flag should not use constant value ${platform}`,
  },
  CopyIgnoredFile: {
    description: 'Attempting to Copy file that is excluded by .dockerignore',
    page: 'copy-ignored-file',
    message: (command, path) => `Attempting to ${command} file ${path} that is excluded by .dockerignore`,
  },
  InvalidDefinitionDescription: {
    description:
      'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
    page: 'invalid-definition-description',
    experimental: true,
    message: (keyword, name) =>
      `Comment for ${keyword} should follow the format: \`# ${name} <description>\``,
  },
  ExposeProtoCasing: {
    description: 'Protocol in EXPOSE instruction should be lowercase',
    page: 'expose-proto-casing',
    message: (port) => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
  },
  ExposeInvalidFormat: {
    description:
      'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
    page: 'expose-invalid-format',
    message: (port) =>
      `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
  },
} as const satisfies Record<string, LintRule>;

/** Name of a lint rule. */
export type LintRuleName = keyof typeof lintRules;
