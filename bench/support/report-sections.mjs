/** What of the translated programs' figures is no time. */
const sizes = new Set(['guestBytes', 'wasmBytes', 'translatedByQemu']);

/** Sections of docs/performance.md in their order: which result, and what it means. */
export const sections = [
  {
    result: 'programs',
    title: 'Real programs',
    text:
      'Wall time of whole commands, start included, as multiples of native. "interpreter": nothing is translated. "cold": the ' +
      'just-in-time translator, with an empty cache. "warm": with the code of runs before. "aot": an image built with ' +
      '`--aot profile` and trained with these commands. python-core: fib(25) and 300,000 dict inserts. python-text: json and ' +
      'regex over 40,000 rows. perl: regex, hash, sort. bash: a loop of 300,000 rounds. sqlite3: a million rows, an index, two ' +
      'queries. ripgrep and gzip -1: 100 MB of text. esbuild: bundles and minifies three. node: maps, floats, JSON.',
    chart: 'wall time × native; less is better',
  },
  {
    result: 'translated',
    title: 'CPU-bound programs',
    text: 'Processor time of small C programs as multiples of native: the quality of translated code, without start or kernel. "-O3": vectorised by the guest’s compiler.',
    rows: (figures) =>
      Object.fromEntries(
        Object.entries(figures).map(([program, all]) => [
          program,
          Object.fromEntries(Object.entries(all).filter(([column]) => !sizes.has(column))),
        ]),
      ),
    chart: 'processor time × native; less is better',
  },
  {
    result: 'classes',
    title: 'The interpreter, by class of instruction',
    text: 'Loops of nothing but instructions of one class: nanoseconds an instruction and millions a second, beside qemu.',
  },
  {
    result: 'start',
    title: 'Start',
    text: '`boxer run` as a whole. "nothing" is a static program that only exits, "large" the same beside 400 MB of payload; "node" is an empty script.',
  },
  {
    result: 'python',
    title: 'Python',
    text: 'python3 of Debian trixie: `print(1)`, and fib(22) with 100,000 dict inserts.',
  },
  {
    result: 'build',
    title: 'Building',
    text: 'A Debian base and COPY of 1,000 files, next to buildah on the same machine. "pull": the base is new, too (one run). "cached": nothing has changed. "cachedOutputGone": but the image must be written. "ignored": a context of 1 GiB of which `.dockerignore` leaves out nearly all.',
  },
];
