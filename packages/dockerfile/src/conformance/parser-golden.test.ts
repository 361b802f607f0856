import { DockerfileError } from '../dockerfile-error.ts';
import type { InstructionNode } from '../instructions/instruction-node.ts';
import { parseInstruction } from '../instructions/parse-instruction.ts';
import { parseNodes } from '../instructions/parse-nodes.ts';
import type { ImageConfig } from '../config/image-config.ts';
import { planBuild } from '../plan/plan-build.ts';
import { resolveBuild } from '../plan/resolve-build.ts';
import type { LintWarning } from '../lint/lint-warning.ts';
import type { ResolvedBuild } from '../plan/build-plan.ts';
import { dump } from './dump.ts';
import { compareOperations, type Operation } from './operations.ts';
import { describeWithData, readData, readJsonLines } from './shared-data.ts';

interface InstructionRow {
  readonly cmd: string;
  readonly flags?: readonly string[];
  readonly args: readonly string[];
  readonly json?: boolean;
  readonly heredocs?: readonly {
    readonly Name: string;
    readonly FileDescriptor: number;
    readonly Expand: boolean;
    readonly Chomp: boolean;
    readonly Content: string;
  }[];
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly sub?: InstructionRow;
  readonly typedError?: string;
}

interface GoldenRow {
  readonly name: string;
  readonly input?: string;
  readonly parseError?: string;
  readonly stageError?: string;
  readonly buildError?: string;
  readonly escape?: string;
  readonly instructions?: readonly InstructionRow[];
  readonly dump?: string;
  readonly imageConfig?: ImageConfig;
  readonly lint?: readonly string[];
  readonly ops?: readonly Operation[];
}

/** The base that all images of the golden data were given. */
const BASE: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  rootfs: {
    type: 'layers',
    diff_ids: ['sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  },
  history: [{ created_by: 'base' }],
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Cmd: ['bash'],
    WorkingDir: '/',
  },
};

const rows = [
  ...readJsonLines<GoldenRow>('parser-golden/cases.jsonl').map((row) => ({ ...row, input: row.input ?? '' })),
  ...readJsonLines<GoldenRow>('parser-golden/real-files.jsonl').map((row) => ({
    ...row,
    input: readData(`real/${row.name}`),
  })),
];

// Expected values: the reference's packages parser, instructions and dockerfile2llb on the same input.
describeWithData('Dockerfiles parsed and planned by the reference', () => {
  describe('are split into the same instructions', () => {
    it.each(rows)('$name', ({ input, parseError, escape, instructions, dump: expectedDump }) => {
      if (parseError !== undefined) {
        expect(messageOf(() => parseNodes(input, 'Dockerfile'))).toBe(parseError);
        return;
      }
      const { nodes, escapeToken } = parseNodes(input, 'Dockerfile');
      expect(escapeToken).toBe(escape);
      expect(nodes.map(instructionRow)).toEqual(instructions?.map(withDefaults));
      expect(dump(nodes)).toBe(expectedDump);
    });
  });

  describe('have the same errors in their instructions', () => {
    it.each(rows.filter(({ instructions }) => instructions !== undefined))(
      '$name',
      ({ input, instructions }) => {
        const { nodes } = parseNodes(input, 'Dockerfile');
        expect(nodes.map((node) => messageOf(() => parseInstruction(node)))).toEqual(
          instructions?.map(({ typedError }) => typedError),
        );
      },
    );
  });

  describe('are planned alike', () => {
    it.each(rows)('$name', async (row) => {
      const { input, parseError, stageError, buildError, imageConfig, lint = [], ops } = row;
      const { build, error, warnings } = await plan(input);
      expect(error).toBe(expectedError(input, parseError ?? stageError ?? buildError));
      expect(warnings.map(formatWarning).toSorted()).toEqual([...lint].toSorted());
      if (build === undefined) return;
      expect(build.image).toEqual(withDiffIds(imageConfig));
      compareOperations(build, ops ?? []);
    });
  });
});

/** Empty input is refused before it is parsed. */
function expectedError(input: string, error: string | undefined): string | undefined {
  return input === '' ? 'the Dockerfile cannot be empty' : error;
}

async function plan(input: string): Promise<{
  readonly build?: ResolvedBuild;
  readonly error?: string;
  readonly warnings: readonly LintWarning[];
}> {
  const warnings: LintWarning[] = [];
  try {
    const options = {
      targetPlatform: 'linux/amd64',
      onWarning: (warning: LintWarning) => void warnings.push(warning),
    };
    const build = await resolveBuild(planBuild(input, options), () => Promise.resolve(BASE));
    return { build, warnings };
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    return { error: error.message, warnings };
  }
}

function formatWarning({ rule, message, range }: LintWarning): string {
  return `${rule}:${range.start.line}: ${message}`;
}

function messageOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    return error.message;
  }
}

/** The reference writes an empty list as null. */
function withDiffIds(image: ImageConfig | undefined): ImageConfig | undefined {
  return image && { ...image, rootfs: { type: 'layers', diff_ids: image.rootfs?.diff_ids ?? [] } };
}

type PlainRow = Omit<InstructionRow, 'typedError' | 'sub'> & { readonly sub: PlainRow | undefined };

function withDefaults(instruction: InstructionRow): PlainRow {
  const { typedError: _, sub, ...row } = instruction;
  return {
    flags: [],
    json: false,
    heredocs: [],
    ...row,
    args: row.args,
    sub: sub === undefined ? undefined : withDefaults({ ...sub, start: row.start, end: row.end }),
  };
}

function instructionRow(node: InstructionNode): PlainRow {
  return {
    cmd: node.keyword,
    flags: node.flags,
    args: node.args,
    json: node.json,
    heredocs: node.heredocs.map(({ name, fileDescriptor, expand, chomp, content }) => ({
      Name: name,
      FileDescriptor: fileDescriptor,
      Expand: expand,
      Chomp: chomp,
      Content: content,
    })),
    start: node.range.start.line,
    end: node.range.end.line,
    original: node.original,
    sub: node.trigger === undefined ? undefined : instructionRow(node.trigger),
  };
}
