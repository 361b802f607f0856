import { decisionTree, type DecisionTree, type Variant } from '@boxer/a64';
import type { FunctionAssembler } from '@boxer/wasm';
import { TABLES_AT } from './layout.ts';

/** A variant and where its handlers start in the table of handler ids. */
export interface VariantTable extends Pick<Variant, 'mask' | 'value' | 'statics'> {
  /** Index of the entry for static values 0. */
  readonly base: number;
}

const WORD = 0;

/** Pushes the index of the entry for the word's static values. */
function pushEntry(f: FunctionAssembler, { base, statics }: VariantTable): void {
  let shift = 0;
  f.i32(base);
  for (const field of statics) {
    f.get(WORD);
    if (field.low > 0) f.i32(field.low).op('i32.shr_u');
    f.i32(2 ** field.bits - 1).op('i32.and');
    if (shift > 0) f.i32(shift).op('i32.shl');
    f.op('i32.add');
    shift += field.bits;
  }
}

function emitTree(f: FunctionAssembler, tree: DecisionTree<VariantTable>, id: number): void {
  if ('bit' in tree) {
    f.get(WORD)
      .i32(1 << tree.bit)
      .op('i32.and')
      .if();
    emitTree(f, tree.one, id);
    f.else();
    emitTree(f, tree.zero, id);
    f.end();
    return;
  }
  for (const variant of tree.leaf) {
    f.get(WORD)
      .i32(variant.mask | 0)
      .op('i32.and')
      .i32(variant.value | 0)
      .op('i32.eq')
      .if();
    pushEntry(f, variant);
    f.i32(1).op('i32.shl').memory('i32.load16_u', TABLES_AT).tee(id).if().get(id).op('return').end();
    f.end();
  }
}

/** Writes the function (word) → handler id, 0 for unallocated words. */
export function emitDecoder(f: FunctionAssembler, variants: readonly VariantTable[]): void {
  const id = f.local('i32');
  emitTree(f, decisionTree(variants), id);
  f.i32(0);
}
