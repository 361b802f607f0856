import { addFlags } from '../instructions/add.ts';
import { copyFlags } from '../instructions/copy.ts';
import type { FlagSpec } from '../instructions/flags.ts';
import { fromFlags } from '../instructions/from.ts';
import { healthcheckFlags } from '../instructions/healthcheck.ts';
import type { Keyword } from '../instructions/keywords.table.ts';
import { runFlags } from '../instructions/run.ts';

/** What an instruction offers. */
export interface FeatureRow {
  readonly forms: readonly string[];
  readonly flags?: FlagSpec;
  /** Which parts have their variables expanded. */
  readonly expanded: string;
  /** Where Boxer differs from BuildKit; absent where it does not. */
  readonly limits?: string;
}

/** All instructions. */
export const features = {
  ADD: {
    forms: ['source… destination', '["source", …, "destination"]', 'heredocs as sources'],
    flags: addFlags,
    expanded: 'sources, destination, `--chown`, `--chmod`, `--checksum`, unquoted heredocs',
  },
  ARG: { forms: ['name[=default] …'], expanded: 'defaults' },
  CMD: { forms: ['command', '["program", …]'], expanded: 'nothing' },
  COPY: {
    forms: ['source… destination', '["source", …, "destination"]', 'heredocs as sources'],
    flags: copyFlags,
    expanded: 'sources, destination, `--chown`, `--chmod`, unquoted heredocs',
  },
  ENTRYPOINT: { forms: ['command', '["program", …]'], expanded: 'nothing' },
  ENV: { forms: ['name=value …', 'name value (deprecated)'], expanded: 'names and values' },
  EXPOSE: { forms: ['port[-port][/protocol] …'], expanded: 'everything; split into words again' },
  FROM: {
    forms: ['base [AS name]'],
    flags: fromFlags,
    expanded: 'base and `--platform`, with global ARGs only',
  },
  HEALTHCHECK: {
    forms: ['NONE', 'CMD command', 'CMD ["program", …]'],
    flags: healthcheckFlags,
    expanded: 'nothing',
  },
  LABEL: { forms: ['name=value …', 'name value (deprecated)'], expanded: 'names and values' },
  MAINTAINER: { forms: ['name (deprecated)'], expanded: 'nothing' },
  ONBUILD: { forms: ['instruction'], expanded: 'nothing, until it runs' },
  RUN: {
    forms: ['command', '["program", …]', 'heredoc as script', 'heredocs for the shell'],
    flags: runFlags,
    expanded: 'values of `--mount`, but for `from`',
    limits:
      '`--security=insecure`, `--network=host` and `--device` are errors: a box has neither privileges, nor the network of the host, nor devices to give.',
  },
  SHELL: { forms: ['["program", …]'], expanded: 'nothing' },
  STOPSIGNAL: { forms: ['signal'], expanded: 'everything' },
  USER: { forms: ['user[:group]'], expanded: 'everything' },
  VOLUME: { forms: ['path …', '["path", …]'], expanded: 'everything' },
  WORKDIR: { forms: ['path'], expanded: 'everything' },
} as const satisfies Readonly<Record<Keyword | 'ONBUILD', FeatureRow>>;

/** What a Dockerfile has besides instructions. */
export const otherFeatures: readonly (readonly [feature: string, support: string])[] = [
  ['`# escape=`', 'as BuildKit'],
  ['`# check=`', 'as BuildKit; also `--build-arg BUILDKIT_DOCKERFILE_CHECK=`'],
  ['`# syntax=`', 'ignored: Boxer has one frontend'],
  ['Stages, `--target`, named contexts', 'as BuildKit'],
  ['Platform and proxy arguments', 'as BuildKit; the target platform is `linux/arm64` unless told otherwise'],
  ['`SOURCE_DATE_EPOCH`', 'in seconds or `context`; the name of a stage is an error'],
  ['`.dockerignore`, `--exclude`', 'as BuildKit'],
  ['Windows containers', 'not supported'],
];
