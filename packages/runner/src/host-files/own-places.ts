import { makeDirectories } from '@boxer/foundation';
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';

/** What tells files of a host apart. */
interface Identified {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Links that a path may lead through, as on Linux. */
const MAX_LINKS = 40;

const identityOf = ({ dev, ino }: Identified) => `${dev}:${ino}`;

/**
 * Directories of Boxer's own, such as where it keeps machine code: whoever writes there decides what later boxes, and the host
 * itself, execute. They are known by their identities, for names can be changed.
 */
export class OwnPlaces {
  readonly #places = new Set<string>();
  /** What the paths to the places lead through, links among it. */
  readonly #ways = new Set<string>();

  /** @param paths - directories, made where they are missing: nobody else is to make them later */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.#add(resolve(path));
  }

  #add(path: string): void {
    try {
      makeDirectories(path, 0o700);
    } catch {
      // What is there instead stays: it is on the way.
    }
    const { root } = parse(path);
    this.#ways.add(identityOf(statSync(root, { bigint: true })));
    const names = path.slice(root.length).split(sep).reverse();
    let at = root;
    for (let links = 0; names.length > 0;) {
      const name = names.pop();
      if (name === undefined || name === '' || name === '.') continue;
      if (name === '..') {
        at = dirname(at);
        continue;
      }
      const next = join(at, name);
      const stats = lstatSync(next, { bigint: true, throwIfNoEntry: false });
      // Nobody gets further.
      if (!stats) return;
      this.#ways.add(identityOf(stats));
      if (!stats.isSymbolicLink()) {
        if (!stats.isDirectory()) return;
        at = next;
        continue;
      }
      if (++links > MAX_LINKS) return;
      const target = readlinkSync(next);
      if (isAbsolute(target)) at = parse(target).root;
      names.push(...target.split(sep).reverse());
    }
    this.#places.add(identityOf(statSync(at, { bigint: true })));
  }

  /** Whether it is such a directory. */
  isOwn(stats: Identified): boolean {
    return this.#places.has(identityOf(stats));
  }

  /** Whether the way to such a directory leads through it: it must stay what it is and where it is. */
  isOnTheWay(stats: Identified): boolean {
    return this.#ways.has(identityOf(stats));
  }

  /** Whether a directory lies in such a one, or is it. */
  holds(path: string): boolean {
    if (this.#places.size === 0) return false;
    for (let at = realpathSync(path); ; at = dirname(at)) {
      if (this.isOwn(statSync(at, { bigint: true }))) return true;
      if (at === dirname(at)) return false;
    }
  }
}
