import type { Node, Statement } from '@boxer/a64';
import type { Region } from './region.ts';

/** How a function keeps a vector register: scalars whose upper bits are zero as floats. */
export type VectorClass = 'f32' | 'f64' | 'v128';

const byBits = (bits: number): VectorClass => (bits === 64 ? 'f64' : bits === 32 ? 'f32' : 'v128');

class Classes {
  readonly found = new Map<number, VectorClass>();

  #note(register: { readonly number: number | undefined } | undefined, used: VectorClass): void {
    const number = register?.number ?? 0;
    const known = this.found.get(number);
    this.found.set(number, known === undefined || known === used ? used : 'v128');
  }

  #let(node: Node): void {
    const { register, bits = 0 } = node.detail;
    if (node.op === 'readV' || node.op === 'splatElement') this.#note(register, 'v128');
    else if (node.op === 'readF') this.#note(register, node.kind === 'f64' ? 'f64' : 'f32');
    else if (node.op === 'readElement')
      this.#note(register, node.args[0]?.value === 0n ? byBits(bits) : 'v128');
  }

  body(body: readonly Statement[]): void {
    for (const statement of body) {
      if (statement.type === 'let') this.#let(statement.node);
      else if (statement.type === 'writeV' || statement.type === 'writeElement')
        this.#note(statement.register, 'v128');
      else if (statement.type === 'writeF')
        this.#note(statement.register, statement.value.kind === 'f64' ? 'f64' : 'f32');
      else if (statement.type === 'writeScalar') this.#note(statement.register, byBits(statement.bits));
      else if (statement.type === 'if' || statement.type === 'choose') {
        this.body(statement.then);
        this.body(statement.otherwise);
      }
    }
  }
}

/**
 * A register that a function uses only as float of one size is kept as such a float: its upper bits are zero once it is
 * written, and do not matter before.
 */
export function vectorClasses(region: Region): ReadonlyMap<number, VectorClass> {
  const classes = new Classes();
  for (const block of region.blocks.values()) {
    for (const { builder, control } of block.instructions)
      if (control.type !== 'interpret') classes.body(builder.body);
  }
  return classes.found;
}
