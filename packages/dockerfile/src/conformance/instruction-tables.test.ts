import { exposedPorts } from '../config/expose-ports.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import { splitWords } from '../instructions/argument-words.ts';
import { parseFlags } from '../instructions/flags.ts';
import { parseInstruction } from '../instructions/parse-instruction.ts';
import { parseNodes } from '../instructions/parse-nodes.ts';
import { parseRunDevice } from '../instructions/run-device.ts';
import { type Heredoc, heredocMarkersOfLine, parseHeredocMarker } from '../lines/heredoc.ts';
import { parseGitReference } from '../plan/git-reference.ts';
import { describeWithData, readData, readJson, readTable } from './shared-data.ts';

interface HeredocRow {
  readonly Name: string;
  readonly Content: string;
  readonly Expand?: boolean;
  readonly Chomp?: boolean;
  readonly FileDescriptor?: number;
}

interface GitRow {
  readonly ref: string;
  readonly err?: string;
  readonly expected?: Readonly<Record<string, string | boolean>> | null;
}

// Expected values: the reference's own unit tests.
describeWithData('instruction tables of the reference', () => {
  describe('words', () => {
    it.each(readTable<{ input: string[]; expect: string[] }>('parser-words'))(
      '$input',
      ({ input, expect: words }) => {
        for (const text of input) expect(splitWords(text, '\\')).toEqual(words);
      },
    );
  });

  describe('JSON arrays', () => {
    const table = readJson<{ cases: Record<string, string[]> }>(
      'buildkit-data/tables/json-arrays-valid.json',
      {
        cases: {},
      },
    );
    it.each(Object.entries(table.cases))('%j is accepted', (text, words) => {
      const [node] = parseNodes(`CMD ${text}`, 'Dockerfile').nodes;
      expect(node).toMatchObject({ json: true, args: Object.values(words) });
    });

    it.each(readTable<string>('json-arrays-invalid'))('%j is refused', (text) => {
      const message = 'when using JSON array syntax, arrays must be comprised of strings only';
      expect(() => parseNodes(`CMD ${text}`, 'Dockerfile')).toThrow(message);
    });
  });

  describe('heredoc words', () => {
    it.each(readTable<string>('heredoc-valid-words'))('%s starts one', (word) => {
      expect(parseHeredocMarker(word)?.name).toBe('EOF');
    });

    it.each(readTable<string>('heredoc-invalid-words'))('%s is refused', (word) => {
      expect(() => parseHeredocMarker(word)).toThrow(DockerfileError);
    });

    it.each(readTable<string>('heredoc-not-words'))('%j is none', (word) => {
      expect(parseHeredocMarker(word)).toBeUndefined();
    });

    it.each(readTable<{ line: string; heredocNames: string[] | null }>('heredocs-from-line'))(
      '$line holds $heredocNames',
      ({ line, heredocNames }) => {
        expect(heredocMarkersOfLine(line).map(({ name }) => name)).toEqual(heredocNames ?? []);
      },
    );
  });

  describe('heredoc bodies', () => {
    // The table starts with the second instruction.
    const expected = readTable<HeredocRow[] | null>('heredoc-extract-expected');
    const nodes =
      expected.length === 0
        ? []
        : parseNodes(readData('buildkit-data/tables/heredoc-extract.Dockerfile'), 'Dockerfile').nodes;
    it.each(expected.map((rows, index) => [index, rows] as const))('of instruction %i', (index, rows) => {
      const heredocs = nodes[index + 1]?.heredocs ?? [];
      expect(heredocs.map(heredocRow)).toEqual(
        (rows ?? []).map((row) => ({ Expand: false, Chomp: false, FileDescriptor: 0, ...row })),
      );
    });

    it('are all there', () => {
      expect(nodes).toHaveLength(expected.length + 1);
    });
  });

  describe('COPY with heredocs', () => {
    interface CopyRow {
      readonly dockerfile: string;
      readonly sourcesAndDest: {
        readonly DestPath: string;
        readonly SourcePaths?: readonly string[];
        readonly SourceContents?: readonly {
          readonly Path: string;
          readonly Data: string;
          readonly Expand?: boolean;
        }[];
      };
    }
    it.each(readTable<CopyRow>('instr-copy-heredoc'))('$dockerfile', ({ dockerfile, sourcesAndDest }) => {
      expect(typed(dockerfile)).toMatchObject({
        dest: sourcesAndDest.DestPath,
        paths: sourcesAndDest.SourcePaths ?? [],
        contents: (sourcesAndDest.SourceContents ?? []).map(({ Path, Data, Expand }) => ({
          name: Path,
          content: Data,
          expand: Expand ?? false,
        })),
      });
    });
  });

  describe('RUN with heredocs', () => {
    interface RunRow {
      readonly dockerfile: string;
      readonly command: readonly string[];
      readonly shell: boolean;
      readonly files?: readonly { readonly Name: string; readonly Data: string; readonly Chomp?: boolean }[];
    }
    it.each(readTable<RunRow>('instr-run-heredoc'))(
      '$dockerfile',
      ({ dockerfile, command, shell, files }) => {
        expect(typed(dockerfile)).toMatchObject({
          command: {
            words: command,
            form: shell ? 'shell' : 'exec',
            heredocs: (files ?? []).map(({ Name, Data, Chomp }) => ({
              name: Name,
              content: Data,
              chomp: Chomp ?? false,
            })),
          },
        });
      },
    );
  });

  describe('errors', () => {
    it.each(readTable<{ name: string; dockerfile: string; expectedError: string }>('instr-error-cases'))(
      '$name',
      ({ dockerfile, expectedError }) => {
        expect(() => typed(dockerfile)).toThrow(expectedError);
      },
    );
  });

  it('flags', () => {
    const words = readTable<string>('bflags-all');
    const spec = {
      str1: 'string',
      str2: 'string',
      str3: 'string',
      str4: 'string',
      bool1: 'bool',
      bool2: 'bool',
      bool3: 'bool',
      bool4: 'bool',
      bool5: 'bool',
    } as const;
    expect(parseFlags(words, spec)).toEqual({
      bool2: false,
      bool3: true,
      bool4: true,
      bool5: true,
      str2: ' ',
      str3: 'def3',
      str4: 'my-val',
    });
  });

  describe('RUN --device', () => {
    interface DeviceRow {
      readonly input: string;
      readonly expected: { readonly Name: string; readonly Required: boolean } | null;
      readonly expectedErr: { readonly $error: string } | null;
    }
    it.each(readTable<DeviceRow>('run-device'))('$input', ({ input, expected, expectedErr }) => {
      if (expectedErr !== null) expect(() => parseRunDevice(input)).toThrow(expectedErr.$error);
      else expect(parseRunDevice(input)).toEqual({ name: expected?.Name, required: expected?.Required });
    });
  });

  describe('EXPOSE', () => {
    it.each(readTable<{ name: string; spec: string; expected: string[] }>('expose-ipv6'))(
      '$name: $spec',
      ({ spec, expected }) => {
        expect(exposedPorts(spec)).toEqual(expected);
      },
    );

    it.each(readTable<{ name: string; spec: string; expError: string }>('expose-empty-container-port'))(
      '$name: $spec',
      ({ spec, expError }) => {
        expect(() => exposedPorts(spec)).toThrow(expError);
      },
    );
  });

  describe('git references', () => {
    it.each(readTable<GitRow>('git-ref'))('$ref', ({ ref, err, expected }) => {
      if (err !== undefined) {
        expect(() => parseGitReference(ref)).toThrow(err);
        return;
      }
      const reference = parseGitReference(ref);
      if (expected === null || expected === undefined) {
        expect(reference).toBeUndefined();
        return;
      }
      expect(reference).toMatchObject({
        remote: expected['Remote'],
        shortName: expected['ShortName'],
        ref: expected['Ref'] ?? '',
        subdir: expected['SubDir'] ?? '',
        checksum: expected['Checksum'] ?? '',
        looksLocal: expected['IndistinguishableFromLocal'] ?? false,
        unencrypted: expected['UnencryptedTCP'] ?? false,
        mtime: expected['MTime'],
      });
      expect(reference?.fetchByCommit ?? false).toBe(expected['FetchByCommit'] ?? false);
    });

    // The tables join the parts again: remote#ref, and remote#ref:subdir.
    it.each([
      ...readTable<{ ref: string; expected: string; ok: boolean }>('git-ref-fragment').map((row) => ({
        ...row,
        subdir: false,
      })),
      ...readTable<{ ref: string; expected: string; ok: boolean }>('git-ref-subdir').map((row) => ({
        ...row,
        subdir: true,
      })),
    ])('$ref is $expected', ({ ref, expected, ok, subdir }) => {
      if (ok) expect(joined(ref, subdir)).toBe(expected);
      else expect(joined(ref, subdir)).toBeUndefined();
    });
  });
});

function heredocRow({ name, content, expand, chomp, fileDescriptor }: Heredoc): Required<HeredocRow> {
  return { Name: name, Content: content, Expand: expand, Chomp: chomp, FileDescriptor: fileDescriptor };
}

function typed(dockerfile: string): unknown {
  const nodes = parseNodes(dockerfile, 'Dockerfile').nodes;
  return nodes.map(parseInstruction).at(-1);
}

function joined(source: string, withSubdir: boolean): string | undefined {
  try {
    const reference = parseGitReference(source);
    if (reference === undefined) return undefined;
    const subdir = withSubdir && reference.subdir !== '' ? `:${reference.subdir.replace(/^\//, '')}` : '';
    const fragment = reference.ref + subdir;
    return fragment === '' ? reference.remote : `${reference.remote}#${fragment}`;
  } catch {
    return undefined;
  }
}
