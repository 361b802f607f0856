import type { AddInstruction } from './add.ts';
import type { ArgInstruction } from './arg.ts';
import type { CmdInstruction, EntrypointInstruction } from './cmd-entrypoint.ts';
import type { CopyInstruction } from './copy.ts';
import type { EnvInstruction, LabelInstruction } from './env-label.ts';
import type { ExposeInstruction } from './expose.ts';
import type { FromInstruction } from './from.ts';
import type { HealthcheckInstruction } from './healthcheck.ts';
import type { OnbuildInstruction } from './onbuild.ts';
import type { RunInstruction } from './run.ts';
import type { ShellInstruction } from './shell.ts';
import type {
  MaintainerInstruction,
  StopsignalInstruction,
  UserInstruction,
  WorkdirInstruction,
} from './single-argument.ts';
import type { VolumeInstruction } from './volume.ts';

/** A checked instruction. Variables are not expanded. */
export type Instruction =
  | AddInstruction
  | ArgInstruction
  | CmdInstruction
  | CopyInstruction
  | EntrypointInstruction
  | EnvInstruction
  | ExposeInstruction
  | FromInstruction
  | HealthcheckInstruction
  | LabelInstruction
  | MaintainerInstruction
  | OnbuildInstruction
  | RunInstruction
  | ShellInstruction
  | StopsignalInstruction
  | UserInstruction
  | VolumeInstruction
  | WorkdirInstruction;

/** An instruction that belongs to a stage. */
export type StageInstruction = Exclude<Instruction, FromInstruction>;
