import { compareLine, newComparison } from './comparison.ts';
import { objdumpFile } from './objdump.ts';
for (const file of process.argv.slice(2)) {
  const comparison = newComparison();
  for await (const line of objdumpFile(file)) compareLine(comparison, line);
  const list = [...comparison.differences.values()].sort((a, b) => b.count - a.count);
  console.log(file, comparison.words, 'equal', comparison.equal, 'undef', comparison.undefinedBoth, 'diff', list.reduce((n, d) => n + d.count, 0), [...comparison.absent].map(([k, v]) => `${k} ${v}`).join(', '));
  for (const d of list.slice(0, 200)) console.log(`${d.count}\t${d.row}\t${d.word.toString(16).padStart(8, '0')}\t${d.theirs}\t|\t${d.ours}`);
}
