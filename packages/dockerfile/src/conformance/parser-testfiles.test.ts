import { readdirSync } from 'node:fs';
import { parseNodes } from '../instructions/parse-nodes.ts';
import { dump } from './dump.ts';
import { DATA, describeWithData, readData } from './shared-data.ts';

const PARSER = 'buildkit-data/parser/';

// Expected values: the reference's parser test files.
describeWithData('parser test files of the reference', () => {
  describe('parse as the reference does', () => {
    it.each(names('testfiles'))('%s', (name) => {
      const { nodes } = parseNodes(readData(`${PARSER}testfiles/${name}/Dockerfile`), name);
      expect(`${dump(nodes)}\n`).toBe(readData(`${PARSER}testfiles/${name}/result`));
    });
  });

  describe('are refused as by the reference', () => {
    it.each(names('testfiles-negative'))('%s', (name) => {
      const text = readData(`${PARSER}testfiles-negative/${name}/Dockerfile`);
      expect(() => parseNodes(text, name)).toThrow(expect.objectContaining({ name: 'DockerfileError' }));
    });
  });

  it('count lines as the reference does', () => {
    const { nodes } = parseNodes(readData(`${PARSER}testfile-line/Dockerfile`), 'Dockerfile');
    const lines = nodes.map(({ range }) => [range.start.line, range.end.line]);
    expect(lines).toEqual([
      [5, 5],
      [11, 12],
      [17, 31],
    ]);
  });
});

function names(folder: string): readonly string[] {
  try {
    return readdirSync(`${DATA}${PARSER}${folder}`);
  } catch {
    return ['absent'];
  }
}
