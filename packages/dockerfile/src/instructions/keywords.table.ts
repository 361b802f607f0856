import {
  type ArgumentShape,
  blankSeparated,
  jsonOrBlankSeparated,
  jsonOrString,
  nameValuePairs,
  oneString,
  quotedWords,
  wordThenCommand,
} from './argument-shapes.ts';

/** How the text of an instruction is split. */
export interface KeywordRow {
  readonly shape: ArgumentShape;
  /** The instruction may be followed by heredoc bodies. */
  readonly heredocs: boolean;
}

/** All instructions but ONBUILD, whose argument is itself an instruction. */
export const keywords = {
  ADD: { shape: jsonOrBlankSeparated, heredocs: true },
  ARG: { shape: quotedWords, heredocs: false },
  CMD: { shape: jsonOrString, heredocs: false },
  COPY: { shape: jsonOrBlankSeparated, heredocs: true },
  ENTRYPOINT: { shape: jsonOrString, heredocs: false },
  ENV: { shape: nameValuePairs('ENV'), heredocs: false },
  EXPOSE: { shape: blankSeparated, heredocs: false },
  FROM: { shape: blankSeparated, heredocs: false },
  HEALTHCHECK: { shape: wordThenCommand, heredocs: false },
  LABEL: { shape: nameValuePairs('LABEL'), heredocs: false },
  MAINTAINER: { shape: oneString, heredocs: false },
  RUN: { shape: jsonOrString, heredocs: true },
  SHELL: { shape: jsonOrString, heredocs: false },
  STOPSIGNAL: { shape: oneString, heredocs: false },
  USER: { shape: oneString, heredocs: false },
  VOLUME: { shape: jsonOrBlankSeparated, heredocs: false },
  WORKDIR: { shape: oneString, heredocs: false },
} as const satisfies Record<string, KeywordRow>;

/** Upper-case name of an instruction other than ONBUILD. */
export type Keyword = keyof typeof keywords;

/** Names of all instructions, ONBUILD included. */
export const keywordNames: readonly string[] = [...Object.keys(keywords), 'ONBUILD'];

/** @returns true for the upper-case name of an instruction in the table */
export function isKeyword(name: string): name is Keyword {
  return Object.hasOwn(keywords, name);
}
