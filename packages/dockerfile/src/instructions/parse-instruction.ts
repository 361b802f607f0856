import { withSuggestion } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';
import { parseAdd } from './add.ts';
import { parseArg } from './arg.ts';
import { parseCmd, parseEntrypoint } from './cmd-entrypoint.ts';
import { parseCopy } from './copy.ts';
import { parseEnv, parseLabel } from './env-label.ts';
import { parseExpose } from './expose.ts';
import { parseFrom } from './from.ts';
import { parseHealthcheck } from './healthcheck.ts';
import type { Instruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { isKeyword, type Keyword, keywordNames } from './keywords.table.ts';
import { parseOnbuild } from './onbuild.ts';
import { parseRun } from './run.ts';
import { parseShell } from './shell.ts';
import { parseMaintainer, parseStopsignal, parseUser, parseWorkdir } from './single-argument.ts';
import { parseVolume } from './volume.ts';

const parsers: Readonly<Record<Keyword, (node: InstructionNode) => Instruction>> = {
  ADD: parseAdd,
  ARG: parseArg,
  CMD: parseCmd,
  COPY: parseCopy,
  ENTRYPOINT: parseEntrypoint,
  ENV: parseEnv,
  EXPOSE: parseExpose,
  FROM: parseFrom,
  HEALTHCHECK: parseHealthcheck,
  LABEL: parseLabel,
  MAINTAINER: parseMaintainer,
  RUN: parseRun,
  SHELL: parseShell,
  STOPSIGNAL: parseStopsignal,
  USER: parseUser,
  VOLUME: parseVolume,
  WORKDIR: parseWorkdir,
};

/** UTF-16 read as UTF-8: its byte order mark, or letters with NUL between them. */
const UTF16 = /^\u{fffd}{2}|\0./u;

/**
 * Checks one instruction.
 *
 * @throws {@link DockerfileError} without a place
 */
export function parseInstruction(node: InstructionNode): Instruction {
  const keyword = node.keyword.toUpperCase();
  if (keyword === 'ONBUILD') return parseOnbuild(node);
  if (isKeyword(keyword)) return parsers[keyword](node);
  const message = `unknown instruction: ${node.keyword}`;
  throw new DockerfileError(
    'DOCKERFILE_INSTRUCTION',
    withSuggestion(message, node.keyword, keywordNames, false),
    { hint: UTF16.test(node.keyword) ? 'Save the Dockerfile as UTF-8: it seems to be UTF-16.' : undefined },
  );
}
