import { buildWord, decode, type Node, type RegisterOperand, type Statement } from '@boxer/a64';
import { RegisterSet } from './register-set.ts';
import { elementOf } from './vector-element.ts';
import { addressOf, FLOAT_CONTROL, FLOAT_INEXACT, TranslationBuilder } from './translation-builder.ts';

/** How an instruction hands on control. */
export type Control =
  /** To the next one. */
  | { readonly type: 'next' }
  /** To a known address, always or on a condition. */
  | { readonly type: 'branch'; readonly target: number; readonly conditional: boolean }
  /** X30 is set; `target` undefined: in a register. */
  | { readonly type: 'call'; readonly target: number | undefined }
  | { readonly type: 'return' }
  /** To an address in a register. */
  | { readonly type: 'jump' }
  /** The interpreter has to execute it: system calls, undefined words, code invalidation. */
  | { readonly type: 'interpret' };

/** An instruction of the guest, with what analyses ask for. */
export interface GuestInstruction {
  readonly pc: number;
  readonly word: number;
  readonly name: string;
  readonly builder: TranslationBuilder;
  readonly control: Control;
  readonly reads: RegisterSet;
  /** Registers that certainly get new values. */
  readonly writes: RegisterSet;
  /** Whether it may leave at its start because of an access. */
  readonly mayLeave: boolean;
  readonly readsFlags: boolean;
  /** Whether it has rare ways that call functions: those are left to the interpreter. */
  readonly hasRareCalls: boolean;
  /** Whether it asks for the state of the floating-point unit. */
  readonly usesFloatState: boolean;
  readonly writesFlags: 'no' | 'perhaps' | 'always';
}

class Effects {
  readsX = 0;
  readsV = 0;
  writesX = 0;
  writesV = 0;
  mayLeave = false;
  readsFlags = false;
  writesFlags: GuestInstruction['writesFlags'] = 'no';
  interpret = false;
  floats = false;
  hasRareCalls = false;
  branch: Extract<Statement, { type: 'branch' | 'branchIf' }> | undefined;

  #number(register: RegisterOperand | undefined): number {
    if (register?.number === undefined) throw new TypeError('A translated register has a number');
    return 1 << register.number;
  }

  #let(node: Node): void {
    switch (node.op) {
      case 'readX':
        this.readsX |= this.#number(node.detail.register);
        return;
      case 'readV':
      case 'readF':
        this.readsV |= this.#number(node.detail.register);
        return;
      case 'readElement':
      case 'splatElement':
        this.readsV |= 1 << elementOf(node.detail.register, node.detail.bits ?? 8, node.args[0]).register;
        return;
      case 'flag':
        if (node.detail.name === FLOAT_CONTROL || node.detail.name === FLOAT_INEXACT) this.floats = true;
        else this.readsFlags = true;
        return;
      case 'counter':
        this.interpret = true;
        return;
      case 'load':
        if (node.detail.uncheckedOffset === undefined) this.mayLeave = true;
    }
  }

  statement(statement: Statement, conditional: boolean): void {
    switch (statement.type) {
      case 'let':
        this.#let(statement.node);
        return;
      case 'writeX':
        this.writesX |= this.#number(statement.register);
        // A value that may stay must be there before.
        if (conditional) this.readsX |= this.#number(statement.register);
        return;
      case 'writeElement': {
        const bit = 1 << elementOf(statement.register, statement.bits, statement.index).register;
        this.readsV |= bit;
        this.writesV |= bit;
        return;
      }
      case 'writeV':
      case 'writeF':
      case 'writeScalar':
        this.writesV |= this.#number(statement.register);
        if (conditional) this.readsV |= this.#number(statement.register);
        return;
      case 'writeFlags':
        if (this.writesFlags !== 'always') this.writesFlags = conditional ? 'perhaps' : 'always';
        return;
      case 'probe':
      case 'requireAligned':
        this.mayLeave = true;
        return;
      case 'store':
        if (statement.uncheckedOffset === undefined) this.mayLeave = true;
        return;
      case 'if':
      case 'choose':
        this.#sides(statement.then, statement.otherwise);
        return;
      case 'branch':
      case 'branchIf':
        this.branch = statement;
        return;
      case 'supervisorCall':
      case 'breakpoint':
      case 'yieldTask':
      case 'invalidateCode':
        this.interpret = true;
        return;
      case 'writeState':
        // State cells are memory: nothing here follows them.
        return;
    }
  }

  #sides(then: readonly Statement[], otherwise: readonly Statement[]): void {
    for (const statement of [...then, ...otherwise]) {
      if (statement.type === 'let' && statement.node.op === 'support') this.hasRareCalls = true;
      this.statement(statement, true);
    }
    const sets = (side: readonly Statement[]) => side.some(({ type }) => type === 'writeFlags');
    if (sets(then) && sets(otherwise)) this.writesFlags = 'always';
  }
}

/** Whether it goes where a register says. */
export function hasRegisterTarget({ control }: Pick<GuestInstruction, 'control'>): boolean {
  if (control.type === 'call') return control.target === undefined;
  return control.type === 'return' || control.type === 'jump';
}

function controlOf(effects: Effects, name: string, pc: number, word: number): Control {
  const { branch, interpret } = effects;
  if (interpret) return { type: 'interpret' };
  if (!branch) return { type: 'next' };
  const address = addressOf(branch.target, pc);
  const target = address === undefined ? undefined : address >>> 0;
  if (branch.type === 'branchIf') {
    return target === undefined ? { type: 'interpret' } : { type: 'branch', target, conditional: true };
  }
  if ((effects.writesX >>> 30) & 1) return { type: 'call', target };
  if (target !== undefined) return { type: 'branch', target, conditional: false };
  const RETURN = 2;
  return name === 'BR/BLR/RET' && ((word >>> 21) & 3) === RETURN ? { type: 'return' } : { type: 'jump' };
}

/** Instructions that are remembered; then all are forgotten. */
const REMEMBERED = 60_000;
const remembered = new Map<number, GuestInstruction>();

/**
 * Remembers what it returned: regions overlap, and are looked at several times.
 *
 * @returns the instruction that a word at an address is; one for the interpreter when it is none
 */
export function decodeInstruction(pc: number, word: number): GuestInstruction {
  const known = remembered.get(pc);
  if (known?.word === word) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const instruction = analyse(pc, word);
  remembered.set(pc, instruction);
  return instruction;
}

function analyse(pc: number, word: number): GuestInstruction {
  const builder = new TranslationBuilder();
  const decoded = decode(word);
  const effects = new Effects();
  if (decoded) buildWord(builder, decoded.instruction, word);
  if (!decoded || builder.undefinedWhen.length > 0) effects.interpret = true;
  else for (const statement of builder.body) effects.statement(statement, false);
  const name = decoded?.instruction.name ?? 'undefined';
  const control = controlOf(effects, name, pc, word);
  const interpreted = control.type === 'interpret';
  return {
    pc,
    word,
    name,
    builder,
    control,
    reads: interpreted ? RegisterSet.empty : new RegisterSet(effects.readsX, effects.readsV),
    writes: interpreted ? RegisterSet.empty : new RegisterSet(effects.writesX, effects.writesV),
    mayLeave: effects.mayLeave || effects.hasRareCalls || interpreted || hasRegisterTarget({ control }),
    readsFlags: effects.readsFlags && !interpreted,
    hasRareCalls: effects.hasRareCalls,
    usesFloatState: effects.floats,
    writesFlags: interpreted ? 'no' : effects.writesFlags,
  };
}
