/** Counts of a conformance run, as text and as docs/reference/conformance.md. */

/** @returns {{ suite: string, cases: number, passed: number, excepted: number, failed: number, skipped: number }[]} */
export function countsOf(cases, exceptions) {
  const suites = new Map();
  for (const { suite, name, failure, skipped } of cases) {
    const counts = suites.get(suite) ?? { suite, cases: 0, passed: 0, excepted: 0, failed: 0, skipped: 0 };
    suites.set(suite, counts);
    counts.cases++;
    if (skipped) counts.skipped++;
    else if (failure === undefined) counts.passed++;
    else if (name in exceptions) counts.excepted++;
    else counts.failed++;
  }
  return [...suites.values()].toSorted((a, b) => (a.suite < b.suite ? -1 : 1));
}

/** A Markdown table of the counts. */
export function table(counts) {
  const columns = ['cases', 'passed', 'excepted', 'failed', 'skipped'];
  const sum = Object.fromEntries(
    columns.map((column) => [column, counts.reduce((total, count) => total + count[column], 0)]),
  );
  return [
    `| suite | ${columns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...[...counts, { suite: 'all', ...sum }].map(
      (row) => `| ${row.suite} | ${columns.map((column) => row[column]).join(' | ')} |`,
    ),
  ].join('\n');
}

/** The text of docs/reference/conformance.md. */
export function reference(counts, exceptions) {
  const reasons = Object.entries(exceptions)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, reason]) => `| \`${name}\` | ${reason} |`);
  return `<!-- Written by scripts/conformance/run.mjs; do not edit. -->

# Conformance

What a Dockerfile means is what BuildKit does with it. \`pnpm conformance\` compares Boxer with moby/buildkit 73ed6825
(Dockerfile frontend 1.26.0-labs): whole builds through the command line by tree, config, history and error text; parses
by every resolved operation; and the reference's own test tables.

${table(counts)}

## Exceptions

A case stands here only with a reason, and the command fails as soon as it passes.

| case | reason |
| --- | --- |
${reasons.length === 0 ? '| none | |' : reasons.join('\n')}
`;
}
