import type { Field } from '../pattern.ts';
import type { Kind, kindOf, Value } from '../value.ts';

/** 0: known when predecoding, from the word and its address. 1: known when executing. */
export type Stage = 0 | 1;

/** A register operand: a field of the word or a fixed number, moved on by `distance`. */
export class RegisterOperand {
  // Both marks, so that it serves as either type; the pattern decides which one the row sees.
  readonly general = true as const;
  readonly vector = true as const;

  constructor(
    readonly field: Field | undefined,
    readonly index: number,
    readonly distance: number,
  ) {}

  /** The register's number where it is known while building, else undefined. */
  get number(): number | undefined {
    return this.field ? undefined : (this.index + this.distance) & 31;
  }

  /** The register's number in a word of the instruction. */
  numberIn(word: number): number {
    const { field } = this;
    return ((field ? word >>> field.low : this.index) + this.distance) & 31;
  }

  next(distance: number): RegisterOperand {
    return new RegisterOperand(this.field, this.index, this.distance + distance);
  }

  /** Equal for equal operands. */
  get key(): string {
    return `${this.field?.name ?? this.index}+${this.distance}`;
  }
}

/** What an operation needs beside its arguments. */
export interface NodeDetail {
  /** const */
  readonly value?: bigint;
  /** field */
  readonly field?: Field;
  /** readX, readV, readF, readElement, splatElement */
  readonly register?: RegisterOperand;
  /** readX: register 31 is SP instead of zero */
  readonly stackPointer?: boolean;
  /** load, readElement, splatElement: size of what is read */
  readonly bits?: number;
  /** load, extract: sign-extended */
  readonly signed?: boolean;
  /** load: no check needed, the address was probed; added to the address */
  readonly uncheckedOffset?: number;
  /** flag, state, wasm, extract, replace, support: which one */
  readonly name?: string;
  /** shuffle: 16 byte lanes */
  readonly lanes?: readonly number[];
  /** extract, replace */
  readonly lane?: number;
}

/** A value of the graph: an operation on other values. Equal pure operations are one node. */
export class Node<K extends Kind = Kind> implements Value<K> {
  declare readonly [kindOf]: K;
  /** Bounds of a 64-bit or 32-bit stage-0 value, read as signed. */
  minimum = 0n;
  maximum = 0n;

  constructor(
    readonly id: number,
    readonly op: string,
    readonly kind: K,
    readonly args: readonly Node[],
    readonly stage: Stage,
    readonly detail: NodeDetail,
  ) {}

  get isConstant(): boolean {
    return this.op === 'const';
  }

  /** @throws TypeError when the node is not a constant */
  get value(): bigint {
    if (this.detail.value === undefined) throw new TypeError(`Node ${this.op} has no value`);
    return this.detail.value;
  }
}

/** An effect, or an ordered read, in the order of execution. */
export type Statement =
  /** Computes a node now: reads of state, loads, calls. */
  | { readonly type: 'let'; readonly node: Node }
  | {
      readonly type: 'writeX';
      readonly register: RegisterOperand;
      readonly stackPointer: boolean;
      readonly value: Node;
    }
  | {
      readonly type: 'writeV';
      readonly register: RegisterOperand;
      readonly value: Node;
      readonly bits: 64 | 128;
    }
  | { readonly type: 'writeF'; readonly register: RegisterOperand; readonly value: Node }
  | {
      readonly type: 'writeScalar';
      readonly register: RegisterOperand;
      readonly bits: number;
      readonly value: Node;
    }
  | {
      readonly type: 'writeElement';
      readonly register: RegisterOperand;
      readonly bits: number;
      readonly index: Node;
      readonly value: Node;
    }
  | { readonly type: 'writeFlags'; readonly n: Node; readonly z: Node; readonly c: Node; readonly v: Node }
  | { readonly type: 'writeState'; readonly name: string; readonly value: Node }
  | {
      readonly type: 'probe';
      readonly address: Node;
      readonly bytes: number;
      readonly access: 'read' | 'write';
    }
  | { readonly type: 'requireAligned'; readonly address: Node; readonly bytes: number }
  | {
      readonly type: 'store';
      readonly bits: number;
      readonly address: Node;
      readonly value: Node;
      readonly uncheckedOffset: number | undefined;
    }
  | {
      readonly type: 'if';
      readonly condition: Node;
      readonly then: Statement[];
      readonly otherwise: Statement[];
    }
  /** Like `if`, with a value from either side: `node` stands for it. */
  | {
      readonly type: 'choose';
      readonly node: Node;
      readonly condition: Node;
      readonly then: Statement[];
      readonly thenValue: Node;
      readonly otherwise: Statement[];
      readonly otherwiseValue: Node;
    }
  | { readonly type: 'branch'; readonly target: Node }
  | { readonly type: 'branchIf'; readonly condition: Node; readonly target: Node }
  | { readonly type: 'supervisorCall' }
  | { readonly type: 'breakpoint' }
  | { readonly type: 'yieldTask' }
  | { readonly type: 'invalidateCode'; readonly address: Node };
