import type { GlobToken } from './glob-token.ts';

/**
 * Runs wildcard patterns as an automaton: the time is at most the length of the pattern times that of the text,
 * whatever the pattern, where a regular expression can take exponential time.
 */
export class GlobMatcher {
  readonly #tokens: readonly GlobToken[];

  constructor(tokens: readonly GlobToken[]) {
    this.#tokens = tokens;
  }

  /** @returns true when the pattern matches all of `characters` */
  matchesAll(characters: readonly string[]): boolean {
    let states = this.#start();
    for (const character of characters) {
      states = this.#step(states, character);
      if (states.size === 0) return false;
    }
    return states.has(this.#tokens.length);
  }

  /**
   * Finds where a match that begins at `from` may end.
   *
   * @returns the end (exclusive) of the shortest or longest match; undefined when there is none
   */
  matchEnd(characters: readonly string[], from: number, want: 'shortest' | 'longest'): number | undefined {
    let longest: number | undefined;
    for (const end of this.ends(characters, from)) {
      if (want === 'shortest') return end;
      longest = end;
    }
    return longest;
  }

  /** Yields the end of every match that begins at `from`, ascending. */
  *ends(characters: readonly string[], from = 0): Generator<number> {
    const accepting = this.#tokens.length;
    let states = this.#start();
    for (let position = from; states.size > 0; position++) {
      if (states.has(accepting)) yield position;
      const character = characters[position];
      if (character === undefined) return;
      states = this.#step(states, character);
    }
  }

  #start(): Set<number> {
    const states = new Set<number>();
    this.#enter(states, 0);
    return states;
  }

  #step(states: ReadonlySet<number>, character: string): Set<number> {
    const next = new Set<number>();
    for (const state of states) {
      // Negative states are inside the `directories` token before state -state - 1.
      const token = this.#tokens[state < 0 ? -state - 1 : state];
      if (token === undefined) continue;
      switch (token.kind) {
        case 'literal':
          if (token.character === character) this.#enter(next, state + 1);
          break;
        case 'one':
          if (token.accepts(character)) this.#enter(next, state + 1);
          break;
        case 'repeat':
          if (token.accepts(character)) this.#enter(next, state);
          break;
        case 'directories': {
          const index = state < 0 ? -state - 1 : state;
          next.add(-index - 1);
          if (character === '/') this.#enter(next, index + 1);
          break;
        }
      }
    }
    return next;
  }

  /** Adds a state, and those reached from it without reading anything. */
  #enter(states: Set<number>, state: number): void {
    for (let index = state; !states.has(index); index++) {
      states.add(index);
      const kind = this.#tokens[index]?.kind;
      if (kind !== 'repeat' && kind !== 'directories') return;
    }
  }
}
