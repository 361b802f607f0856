const MAX_DISTANCE = 2;

/**
 * Finds the option that a misspelt word was probably meant to be.
 *
 * @returns the option nearest to `word` (at most two edits away, the first of equals); undefined when there is
 *   none, or when `word` is itself an option
 * @source buildkit, util/suggest
 */
export function suggest(
  word: string,
  options: readonly string[],
  caseSensitive: boolean,
): string | undefined {
  const wanted = caseSensitive ? word : word.toLowerCase();
  let nearest: string | undefined;
  let nearestDistance = MAX_DISTANCE + 1;
  for (const option of options) {
    const candidate = caseSensitive ? option : option.toLowerCase();
    if (candidate === wanted) return undefined;
    const distance = editDistance(wanted, candidate, nearestDistance);
    if (distance >= nearestDistance) continue;
    nearest = caseSensitive ? candidate : matchCase(candidate, word);
    nearestDistance = distance;
  }
  return nearest;
}

/** @returns `message (did you mean option?)`, or `message` when nothing is near */
export function withSuggestion(
  message: string,
  word: string,
  options: readonly string[],
  caseSensitive = true,
): string {
  const option = suggest(word, options, caseSensitive);
  return option === undefined ? message : `${message} (did you mean ${option}?)`;
}

function matchCase(text: string, model: string): string {
  if (model === model.toLowerCase()) return text.toLowerCase();
  return model === model.toUpperCase() ? text.toUpperCase() : text;
}

/** Levenshtein distance, or any number of at least `limit` when it is not below that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
