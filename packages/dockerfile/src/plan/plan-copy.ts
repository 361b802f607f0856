import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { AddInstruction } from '../instructions/add.ts';
import type { CopyInstruction } from '../instructions/copy.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';
import { externalFileSource } from './base-of.ts';
import type { FileSource, InlineSource } from './build-step.ts';
import { parseCopyMode } from './copy-mode.ts';
import { type CopyFlags, planSource } from './copy-source.ts';
import { parseOwner } from './file-owner.ts';
import { isGitReference } from './git-reference.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { StagePlanner } from './stage-planner.ts';
import { resolveDestination } from './working-directory.ts';

/** In heredocs, backslash is the escape character whatever the directive says, and quotes mean nothing. */
const heredocLexer = new ShellLexer('\\', { ignoreQuotes: true });

/** COPY and ADD: put files into the stage's filesystem. */
export function planCopy(
  planner: StagePlanner,
  instruction: CopyInstruction | AddInstruction,
  context: InstructionContext,
): void {
  const name = instruction.kind === 'add' ? 'ADD' : 'COPY';
  const expand = planner.expander(instruction);
  const chown = expand(instruction.chown);
  const chmod = expand(instruction.chmod);
  const checksum = instruction.kind === 'add' ? expand(instruction.checksum) : '';
  const paths = instruction.paths.map(expand);
  const dest = expand(instruction.dest);
  const contents = expandContents(planner, instruction);

  const from = instruction.kind === 'copy' ? sourceOf(planner, instruction, context) : CONTEXT;
  const resolved = resolveDestination(planner.workdir, dest);
  const mode = chmod === '' ? undefined : parseCopyMode(chmod);
  const flags: CopyFlags = {
    from,
    checksum,
    isAdd: instruction.kind === 'add',
    parents: instruction.kind === 'copy' && instruction.parents,
    keepGitDir: instruction.kind === 'add' ? instruction.keepGitDir : undefined,
    unpack: instruction.kind === 'add' ? instruction.unpack : undefined,
  };
  checkChecksum(checksum, paths);
  const sources = [...paths.map((path) => planSource(planner, instruction, path, flags)), ...contents];

  const shown = [
    name,
    ...(flags.parents ? ['--parents'] : []),
    ...(chown === '' ? [] : [`--chown=${chown}`]),
    ...(chmod === '' ? [] : [`--chmod=${chmod}`]),
    ...paths,
    ...contents.map((content) => `<<${content.name}`),
    dest,
  ];
  const history = planner.commit(`${shown.join(' ')} # buildkit`, true);
  planner.steps.push({
    kind: 'copy',
    instruction: name,
    sources,
    dest: resolved,
    destIsDirectory: resolved.endsWith('/') || resolved.endsWith('/.'),
    owner: chown === '' ? undefined : parseOwner(chown),
    mode,
    link: instruction.link && mode === undefined,
    exclude: instruction.exclude,
    ...planner.common(instruction, context.onBuild, history),
  });
}

const CONTEXT: FileSource = { kind: 'context' };

function expandContents(
  planner: StagePlanner,
  instruction: CopyInstruction | AddInstruction,
): readonly InlineSource[] {
  const expand = planner.expander(instruction, heredocLexer);
  return instruction.contents.map(({ name, content, expand: expands }) => ({
    kind: 'inline',
    name,
    content: expands ? expand(content) : content,
  }));
}

function sourceOf(
  planner: StagePlanner,
  instruction: CopyInstruction,
  { planned }: InstructionContext,
): FileSource {
  const [reference] = planner.session.references.of(instruction);
  if (reference === undefined) return CONTEXT;
  if (reference.kind === 'external') return externalFileSource(reference.name, planner.session);
  if (planned.has(reference.stage)) return { kind: 'stage', index: reference.stage.index };
  const detail = `it needs to be defined before current stage ${goQuote(planner.stage.displayName)}`;
  throw new DockerfileError(
    'DOCKERFILE_STAGE',
    `cannot copy from stage ${goQuote(instruction.from ?? '')}, ${detail}`,
    {
      hint: 'Move the stage up.',
    },
  );
}

function checkChecksum(checksum: string, paths: readonly string[]): void {
  if (checksum === '') return;
  const [path] = paths;
  if (path === undefined || paths.length > 1) {
    throw new DockerfileError('DOCKERFILE_VALUE', "checksum can't be specified for multiple sources");
  }
  if (!/^https?:\/\//.test(path) && !isGitReference(path)) {
    throw new DockerfileError('DOCKERFILE_VALUE', 'checksum requires HTTP(S) or Git sources');
  }
}
