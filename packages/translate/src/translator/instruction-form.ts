import {
  buildWord,
  candidates,
  decisionTree,
  type Field,
  fieldsOf,
  type Instruction,
  instructions,
  type Node,
  type RegisterOperand,
  type Statement,
} from '@boxer/a64';
import { countUses } from '../emit/graph-emitter.ts';
import { OperandSet } from './operand-set.ts';
import { FLOAT_CONTROL, FLOAT_INEXACT, TranslationBuilder } from './translation-builder.ts';
import { distanceOf } from './vector-element.ts';

/** The branch that an instruction ends with. */
export type Branch = Extract<Statement, { type: 'branch' | 'branchIf' }>;

/**
 * What instructions have in common that differ only in the numbers of registers, or in how far away something is: their
 * graph, and what analyses ask of it. Programs have few forms and many words.
 */
export interface InstructionForm {
  readonly name: string;
  readonly builder: TranslationBuilder;
  /** How often each node is used. */
  readonly uses: ReadonlyMap<Node, number>;
  /** The statement that decides the flags behind the instruction. */
  readonly lastFlags: Extract<Statement, { type: 'writeFlags' }> | undefined;
  readonly branch: Branch | undefined;
  /** Whether the interpreter has to execute it: system calls, undefined words, code invalidation. */
  readonly interpret: boolean;
  readonly readsX: OperandSet;
  readonly readsV: OperandSet;
  readonly writesX: OperandSet;
  readonly writesV: OperandSet;
  readonly mayLeave: boolean;
  readonly readsFlags: boolean;
  readonly writesFlags: 'no' | 'perhaps' | 'always';
  /** Functions of the support module that it calls. */
  readonly support: readonly string[];
  readonly hasRareCalls: boolean;
  readonly usesFloatState: boolean;
}

/** What executing a graph does to registers and flags. */
class Effects {
  readonly readsX = new OperandSet();
  readonly readsV = new OperandSet();
  readonly writesX = new OperandSet();
  readonly writesV = new OperandSet();
  readonly support = new Set<string>();
  mayLeave = false;
  readsFlags = false;
  writesFlags: InstructionForm['writesFlags'] = 'no';
  interpret = false;
  floats = false;
  hasRareCalls = false;
  branch: Branch | undefined;
  lastFlags: InstructionForm['lastFlags'];

  #element(register: RegisterOperand | undefined, bits: number, index: Node | undefined): RegisterOperand {
    if (!register) throw new TypeError('An element belongs to no register');
    return register.next(distanceOf(bits, index));
  }

  #let(node: Node): void {
    const { register, name, bits = 8, uncheckedOffset } = node.detail;
    switch (node.op) {
      case 'readX':
        this.readsX.add(register);
        return;
      case 'readV':
      case 'readF':
        this.readsV.add(register);
        return;
      case 'readElement':
      case 'splatElement':
        this.readsV.add(this.#element(register, bits, node.args[0]));
        return;
      case 'flag':
        if (name === FLOAT_CONTROL || name === FLOAT_INEXACT) this.floats = true;
        else this.readsFlags = true;
        return;
      case 'counter':
        this.interpret = true;
        return;
      case 'support':
        this.support.add(name ?? '');
        return;
      case 'load':
        if (uncheckedOffset === undefined) this.mayLeave = true;
    }
  }

  statement(statement: Statement, conditional: boolean): void {
    switch (statement.type) {
      case 'let':
        this.#let(statement.node);
        return;
      case 'writeX':
        this.writesX.add(statement.register);
        // A value that may stay must be there before.
        if (conditional) this.readsX.add(statement.register);
        return;
      case 'writeElement': {
        const register = this.#element(statement.register, statement.bits, statement.index);
        this.readsV.add(register);
        this.writesV.add(register);
        return;
      }
      case 'writeV':
      case 'writeF':
      case 'writeScalar':
        this.writesV.add(statement.register);
        if (conditional) this.readsV.add(statement.register);
        return;
      case 'writeFlags':
        if (this.writesFlags !== 'always') this.writesFlags = conditional ? 'perhaps' : 'always';
        if (!conditional) this.lastFlags = statement;
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

function formOf(name: string, builder: TranslationBuilder, isInstruction: boolean): InstructionForm {
  const effects = new Effects();
  if (!isInstruction || builder.undefinedWhen.length > 0) effects.interpret = true;
  else for (const statement of builder.body) effects.statement(statement, false);
  const { branch, interpret, lastFlags, readsX, readsV, writesX, writesV } = effects;
  return {
    name,
    builder,
    uses: countUses(builder.body),
    lastFlags,
    branch,
    interpret,
    readsX,
    readsV,
    writesX,
    writesV,
    mayLeave: effects.mayLeave || effects.hasRareCalls,
    readsFlags: effects.readsFlags,
    writesFlags: effects.writesFlags,
    support: [...effects.support],
    hasRareCalls: effects.hasRareCalls,
    usesFloatState: effects.floats,
  };
}

const NO_REGISTER = 31;

/** Which bits of a row's words do not matter for the form. */
class Row {
  /** Bits of vector registers, and of distances once it is known that the row has one. */
  ignored = 0;
  /** Positions of general registers: whether they are 31 matters. */
  readonly generals: readonly number[];
  #isRelative = false;
  /** Whether the numbers of registers decide what the instruction does. */
  #needsNumbers = false;

  constructor(readonly instruction: Instruction) {
    const { fields } = instruction.pattern;
    this.generals = fields.filter(({ kind }) => kind === 'general').map(({ low }) => low);
    for (const { kind, low } of fields) if (kind === 'vector') this.ignored |= 31 << low;
  }

  /** A word with everything that does not matter set to 0. */
  canonical(word: number): number {
    if (this.#needsNumbers) return word | 0;
    let result = word & ~this.ignored;
    for (const low of this.generals) if (((word >>> low) & 31) !== NO_REGISTER) result &= ~(31 << low);
    return result | 0;
  }

  build(word: number): TranslationBuilder {
    const builder = new TranslationBuilder();
    buildWord(builder, this.instruction, word, (field, value) => this.#isOpen(field, value));
    const isNew = builder.isRelative && !this.#isRelative;
    if (!isNew && (!builder.needsNumbers || this.#needsNumbers)) return builder;
    this.#isRelative ||= builder.isRelative;
    this.#needsNumbers ||= builder.needsNumbers;
    if (isNew)
      for (const field of this.instruction.pattern.fields)
        if (isDistance(field)) this.ignored |= (2 ** field.bits - 1) << field.low;
    return this.build(word);
  }

  #isOpen(field: Field, value: number): boolean {
    if (field.kind === 'vector') return !this.#needsNumbers;
    if (field.kind === 'general') return !this.#needsNumbers && value !== NO_REGISTER;
    return this.#isRelative && isDistance(field);
  }
}

/** Immediates of instructions that ask for their address: those named so are the distance. */
const isDistance = ({ kind, name }: Field) => kind === 'immediate' && name.startsWith('imm');

const rows = new Map(instructions.map((instruction) => [instruction, new Row(instruction)]));
const tree = decisionTree(instructions.map((instruction) => ({ ...instruction.pattern, instruction })));

function rowOf(word: number): Row | undefined {
  for (const { mask, value, instruction } of candidates(tree, word)) {
    if ((word & mask) >>> 0 === value && instruction.when(fieldsOf(instruction, word)))
      return rows.get(instruction);
  }
  return undefined;
}

const NONE = formOf('undefined', new TranslationBuilder(), false);
/** By canonical word: it is a word of the same row. */
const forms = new Map<number, InstructionForm>();

function findForm(word: number): InstructionForm {
  const row = rowOf(word);
  if (!row) return NONE;
  const known = forms.get(row.canonical(word));
  if (known) return known;
  const builder = row.build(word);
  const form = formOf(row.instruction.name, builder, true);
  // Only now it is known what does not matter.
  forms.set(row.canonical(word), form);
  return form;
}

/** The last words and their forms, each at a place that its bits decide. */
const RECENT_BITS = 15;
const recentWords = new Int32Array(1 << RECENT_BITS);
const recentForms: (InstructionForm | undefined)[] = Array.from({ length: 1 << RECENT_BITS });

/** @returns the form of a word; one for the interpreter when it is no instruction */
export function instructionForm(word: number): InstructionForm {
  const at = Math.imul(word ^ (word >>> 15), 0x9e37_79b1) >>> (32 - RECENT_BITS);
  const known = recentForms[at];
  if (known && recentWords[at] === (word | 0)) return known;
  const form = findForm(word);
  recentWords[at] = word;
  recentForms[at] = form;
  return form;
}
