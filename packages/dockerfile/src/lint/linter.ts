import type { SourceRange } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';
import { type LintOptions, mergeLintOptions, parseLintOptions, selects } from './lint-options.ts';
import type { LintWarning } from './lint-warning.ts';
import { type LintRule, type LintRuleName, lintRules } from './rules.table.ts';

/** What follows two slashes is an explanation. */
const CHECK_COMMENT = /^check\s*=\s*(.*?)(?:\s\/\/.*)?$/;
const PAGES = 'https://docs.docker.com/go/dockerfile/rule/';

/** Collects warnings, as far as the Dockerfile's `check` options let them through. */
export class Linter {
  readonly #warnings: LintWarning[] = [];
  readonly #options: LintOptions;
  readonly #onWarning: (warning: LintWarning) => void;
  readonly #reported = new Set<string>();
  #fails = false;

  constructor(options: LintOptions, onWarning: (warning: LintWarning) => void = () => {}) {
    this.#options = options;
    this.#onWarning = onWarning;
    this.#fails = options.failOnWarning;
  }

  get warnings(): readonly LintWarning[] {
    return this.#warnings;
  }

  /**
   * Reports a violation, unless the rule is switched off for the file or the instruction.
   *
   * @param place - the instruction: its lines, and the comments above it, which may hold `check=…`
   */
  report(rule: LintRuleName, place: LintPlace, ...details: readonly string[]): void {
    const options = this.#optionsFor(place.comments);
    const { description, page, experimental, message }: LintRule = lintRules[rule];
    const isActive =
      experimental === true ? selects(options.experimental, rule) : !selects(options.skip, rule);
    if (!isActive) return;
    if (options.failOnWarning) this.#fails = true;
    const warning = {
      rule,
      message: message(...details),
      description,
      url: `${PAGES}${page}/`,
      range: place.range,
    };
    // A variable that is undefined twice in one instruction is reported once.
    const key = `${rule} ${place.range.start.line} ${warning.message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#warnings.push(warning);
    this.#onWarning(warning);
  }

  /** @throws {@link DockerfileError} when there were warnings and `check=error=true` */
  throwIfFailed(file: string): void {
    const [first] = this.#warnings;
    if (!this.#fails || first === undefined) return;
    const rules = [...new Set(this.#warnings.map(({ rule }) => rule))];
    throw new DockerfileError('DOCKERFILE_LINT', `lint violation found for rules: ${rules.join(', ')}`, {
      place: { file, range: first.range },
      hint: 'Follow the warnings, or name the rules in # check=skip=.',
    });
  }

  #optionsFor(comments: readonly string[]): LintOptions {
    let options = this.#options;
    for (const comment of comments) {
      const [, text] = CHECK_COMMENT.exec(comment) ?? [];
      const more = text === undefined ? undefined : optionsInComment(text);
      if (more !== undefined) options = mergeLintOptions(options, more);
    }
    return options;
  }
}

/** @returns undefined for a comment that only looks like options */
function optionsInComment(text: string): LintOptions | undefined {
  try {
    return parseLintOptions(text);
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

/** Where a rule was violated. */
export interface LintPlace {
  readonly range: SourceRange;
  readonly comments: readonly string[];
}
