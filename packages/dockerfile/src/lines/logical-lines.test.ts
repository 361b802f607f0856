import { LogicalLines } from './logical-lines.ts';

// Expected values: BuildKit's parser on the same text (A1 to A8 of its behaviour).
describe('LogicalLines', () => {
  it.each([
    ['joins continued lines with nothing between', 'RUN a\\\nb', ['RUN ab']],
    ['keeps the indentation of continued lines', 'RUN a \\\n  b', ['RUN a   b']],
    ['drops the indentation of the first line', '\t RUN a', ['RUN a']],
    ['allows blanks after the escape character', 'RUN a \\ \t\n b', ['RUN a  b']],
    ['does not continue after a doubled escape character', 'RUN a\\\\\nRUN b', ['RUN a\\\\', 'RUN b']],
    ['ends at the end of the file', 'RUN a \\', ['RUN a ']],
    ['drops comments between continued lines', 'RUN a \\\n# x\n  # y\n b', ['RUN a  b']],
    ['keeps a hash inside a line', 'RUN a # b', ['RUN a # b']],
    ['skips blank lines between continued lines', 'RUN a \\\n\n b', ['RUN a  b']],
    ['drops CR at the end of lines', 'RUN a \\\r\n b\r\nRUN c\r\n', ['RUN a  b', 'RUN c']],
    ['keeps CR inside a line', 'RUN a\rb', ['RUN a\rb']],
    ['skips a byte order mark', '\ufeffRUN a', ['RUN a']],
    [
      'continues with the character of the directive',
      '# escape=`\nRUN a `\n b\\\nRUN c',
      ['RUN a  b\\', 'RUN c'],
    ],
  ])('%s', (_, text, expected) => {
    expect(linesOf(text).map((line) => line.text)).toEqual(expected);
  });

  it('knows where an instruction begins and ends', () => {
    const lines = new LogicalLines('# x\n\n  RUN a \\\n    b\nRUN c');
    const line = lines.next();
    expect(line).toMatchObject({ startLine: 3, startColumn: 3 });
    expect(lines.rangeFrom(3, 3)).toEqual({ start: { line: 3, column: 3 }, end: { line: 4, column: 6 } });
  });

  it('hands on the comments above, from the last empty one on', () => {
    const [first, second] = linesOf('# a\n#\n# b\n#c\nRUN x\nRUN y');
    expect(first?.comments).toEqual(['b', 'c']);
    expect(second?.comments).toEqual([]);
  });

  it('notes a blank line inside an instruction, but not a comment', () => {
    expect(linesOf('RUN a \\\n\n b\nRUN c \\\n#\n d').map((line) => line.hasEmptyContinuation)).toEqual([
      true,
      false,
    ]);
  });
});

describe('readHeredoc', () => {
  const marker = { name: 'E', fileDescriptor: 0, expand: true, chomp: false };

  it.each([
    ['keeps comments, blank lines and continuations', '# a\n\nb \\\nE\n', false, '# a\n\nb \\\n'],
    ['keeps CRLF in the body', 'a\r\nE\r\n', false, 'a\r\n'],
    ['wants the end exactly', ' E\nE \n\tE\nE', false, ' E\nE \n\tE\n'],
    ['allows tabs before the end after <<-', '\ta\n\t\tE', true, '\ta\n'],
  ])('%s', (_, body, chomp, content) => {
    const lines = new LogicalLines(`RUN x\n${body}`);
    lines.next();
    expect(lines.readHeredoc({ ...marker, chomp }).content).toBe(content);
  });

  it('refuses a body without end', () => {
    const lines = new LogicalLines('a\nb\n');
    expect(() => lines.readHeredoc(marker)).toThrow('unterminated heredoc');
  });
});

function linesOf(text: string): readonly NonNullable<ReturnType<LogicalLines['next']>>[] {
  const lines = new LogicalLines(text);
  const read = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) read.push(line);
  return read;
}
