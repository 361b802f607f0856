/** Sections of docs/performance.md in their order: which result, and what it means. */
export const sections = [
  {
    result: 'programs',
    title: 'Real programs',
    text:
      'Wall time of whole commands, start included, as multiples of native. "interpreter": nothing is translated. "cold": the ' +
      'just-in-time translator, with an empty cache. "warm": with the code of runs before. "aot": an image built with ' +
      '`--aot profile` and trained with these commands.',
    chart: 'wall time × native; less is better',
  },
  {
    result: 'cpu',
    title: 'CPU-bound programs',
    text: 'Processor time of small C programs as multiples of native: the quality of translated code, without start or kernel.',
    chart: 'processor time × native; less is better',
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
    text: 'A Debian base and COPY of 1,000 files, next to buildah on the same machine.',
  },
];
