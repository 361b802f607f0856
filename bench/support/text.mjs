import { closeSync, openSync, writeSync } from 'node:fs';

const WORDS =
  'the of and a to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part being having making faxing boxing';

/** Writes lines of pseudo-random English words, the same ones each time. @param size - bytes */
export function writeText(path, size) {
  const words = WORDS.split(' ');
  const fd = openSync(path, 'w');
  let state = 42;
  for (let written = 0; written < size;) {
    const line = [];
    for (let i = 0; i < 120_000; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      line.push(words[(state >>> 16) % words.length]);
      if ((state >>> 8) % 11 === 0) line.push('\n');
    }
    const bytes = Buffer.from(line.join(' ').replaceAll(' \n ', '\n')).subarray(0, size - written);
    written += writeSync(fd, bytes);
  }
  closeSync(fd);
}
