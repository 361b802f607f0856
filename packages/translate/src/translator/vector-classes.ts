import type { Node, RegisterOperand, Statement } from '@boxer/a64';
import type { GuestInstruction } from './decode-instruction.ts';
import type { Region } from './region.ts';
import { elementOf } from './vector-element.ts';

/** How a function keeps a vector register; what lies above a float is kept apart. */
export type VectorClass = 'f32' | 'f64' | 'v128';

const byBits = (bits: number): VectorClass => (bits === 64 ? 'f64' : bits === 32 ? 'f32' : 'v128');

/** Whether a vector is known to have no bit set. */
export function isZeroVector({ op, kind, isConstant, detail, args }: Node): boolean {
  if (isConstant) return kind === 'v128' && detail.value === 0n;
  const [element] = args;
  return op === 'wasm' && Boolean(detail.name?.endsWith('.splat') && element?.detail.value === 0n);
}

class Classes {
  readonly found = new Map<number, VectorClass>();
  #word = 0;

  #note(register: RegisterOperand | undefined, used: VectorClass): void {
    if (register) this.#noteNumber(register.numberIn(this.#word), used);
  }

  #noteNumber(number: number, used: VectorClass): void {
    const known = this.found.get(number);
    this.found.set(number, known === undefined || known === used ? used : 'v128');
  }

  #let(node: Node): void {
    const { register, bits = 0 } = node.detail;
    if (node.op === 'readV') this.#note(register, 'v128');
    else if (node.op === 'splatElement')
      this.#noteNumber(elementOf(this.#word, register, bits, node.args[0]).register, 'v128');
    else if (node.op === 'readF') this.#note(register, node.kind === 'f64' ? 'f64' : 'f32');
    else if (node.op === 'readElement') {
      const element = elementOf(this.#word, register, bits, node.args[0]);
      this.#noteNumber(element.register, element.index === 0 ? byBits(bits) : 'v128');
    }
  }

  instruction({ word, builder }: GuestInstruction): void {
    this.#word = word;
    this.#body(builder.body);
  }

  #body(body: readonly Statement[]): void {
    for (const statement of body) {
      if (statement.type === 'let') this.#let(statement.node);
      // Zero is zero in every class.
      else if (statement.type === 'writeV' && isZeroVector(statement.value)) continue;
      else if (statement.type === 'writeV') this.#note(statement.register, 'v128');
      else if (statement.type === 'writeElement') {
        const { register, bits, index } = statement;
        this.#noteNumber(elementOf(this.#word, register, bits, index).register, 'v128');
      } else if (statement.type === 'writeF')
        this.#note(statement.register, statement.value.kind === 'f64' ? 'f64' : 'f32');
      else if (statement.type === 'writeScalar') this.#note(statement.register, byBits(statement.bits));
      else if (statement.type === 'if' || statement.type === 'choose') {
        this.#body(statement.then);
        this.#body(statement.otherwise);
      }
    }
  }
}

/** A register that a function uses only as float of one size is kept as such a float. */
export function vectorClasses(region: Region): ReadonlyMap<number, VectorClass> {
  const classes = new Classes();
  for (const block of region.blocks.values()) {
    for (const instruction of block.instructions)
      if ((instruction.reads.vector | instruction.writes.vector) !== 0) classes.instruction(instruction);
  }
  return classes.found;
}
