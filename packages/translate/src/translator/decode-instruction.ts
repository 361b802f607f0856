import type { TranslationBuilder } from './translation-builder.ts';
import { addressOf } from './translation-builder.ts';
import { type InstructionForm, instructionForm } from './instruction-form.ts';
import { RegisterSet } from './register-set.ts';

/** How an instruction hands on control. */
export type Control =
  /** To the next one. */
  | { readonly type: 'next' }
  /** To a known address, always or on a condition. */
  | { readonly type: 'branch'; readonly target: number; readonly conditional: boolean }
  /** X30 is `site`, where the callee comes back to; `target` undefined: in a register. */
  | { readonly type: 'call'; readonly target: number | undefined; readonly site: number }
  /** To a function that is executed in place: the next instruction of the block is its first. X30 is set. */
  | { readonly type: 'into' }
  | { readonly type: 'return' }
  /** To an address in a register. */
  | { readonly type: 'jump' }
  /** The interpreter has to execute it: system calls, undefined words, code invalidation. */
  | { readonly type: 'interpret' };

/** An instruction of the guest, with what analyses ask for. */
export class GuestInstruction {
  readonly control: Control;
  readonly reads: RegisterSet;
  /** Registers that certainly get new values. */
  readonly writes: RegisterSet;
  /** Whether it may leave at its start because of an access. */
  readonly mayLeave: boolean;
  readonly writesFlags: InstructionForm['writesFlags'];

  constructor(
    readonly pc: number,
    readonly word: number,
    /** Its registers are those of {@link word}. */
    readonly form: InstructionForm,
    /** When it is known better than the instruction alone says. */
    control?: Control,
  ) {
    this.control = control ?? controlOf(form, pc, word);
    const interpreted = this.control.type === 'interpret';
    this.reads = interpreted
      ? RegisterSet.empty
      : new RegisterSet(form.readsX.in(word), form.readsV.in(word));
    this.writes = interpreted
      ? RegisterSet.empty
      : new RegisterSet(form.writesX.in(word), form.writesV.in(word));
    this.mayLeave = form.mayLeave || interpreted || hasRegisterTarget(this);
    this.writesFlags = interpreted ? 'no' : form.writesFlags;
  }

  get name(): string {
    return this.form.name;
  }

  get builder(): TranslationBuilder {
    return this.form.builder;
  }

  get readsFlags(): boolean {
    return this.form.readsFlags && this.control.type !== 'interpret';
  }

  /** Whether it has rare ways that call functions: those are left to the interpreter. */
  get hasRareCalls(): boolean {
    return this.form.hasRareCalls;
  }

  /** Whether it asks for the state of the floating-point unit. */
  get usesFloatState(): boolean {
    return this.form.usesFloatState;
  }
}

/** Whether it goes where a register says. */
export function hasRegisterTarget({ control }: Pick<GuestInstruction, 'control'>): boolean {
  if (control.type === 'call') return control.target === undefined;
  return control.type === 'return' || control.type === 'jump';
}

/** Whether control may go on at the next instruction, be it after a call. */
export function goesOn(control: Control): boolean {
  if (control.type === 'branch') return control.conditional;
  return control.type !== 'return' && control.type !== 'jump';
}

const NEXT: Control = { type: 'next' };
const INTERPRET: Control = { type: 'interpret' };
const RETURN: Control = { type: 'return' };
const JUMP: Control = { type: 'jump' };
/** Of BR, BLR, RET. */
const RETURN_OPCODE = 2;

function controlOf(form: InstructionForm, pc: number, word: number): Control {
  const { branch, interpret, writesX, name } = form;
  if (interpret) return INTERPRET;
  if (!branch) return NEXT;
  const address = addressOf(branch.target, pc, word);
  const target = address === undefined ? undefined : address >>> 0;
  if (branch.type === 'branchIf')
    return target === undefined ? INTERPRET : { type: 'branch', target, conditional: true };
  if ((writesX.in(word) >>> 30) & 1) return { type: 'call', target, site: pc + 4 };
  if (target !== undefined) return { type: 'branch', target, conditional: false };
  return name === 'BR/BLR/RET' && ((word >>> 21) & 3) === RETURN_OPCODE ? RETURN : JUMP;
}

/** @returns the instruction that a word at an address is; one for the interpreter when it is none */
export function decodeInstruction(pc: number, word: number): GuestInstruction {
  return new GuestInstruction(pc, word, instructionForm(word));
}
