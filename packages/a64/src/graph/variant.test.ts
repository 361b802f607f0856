import { instructions } from '../instructions/index.ts';
import { buildVariant, combinations, variantsOf } from './variant.ts';

describe('buildVariant', () => {
  it.each(
    variantsOf(instructions).map((v) => [`${v.instruction.name} ${JSON.stringify(v.fixed)}`, v] as const),
  )('accepts the semantics of %s for every static value', (_, variant) => {
    const built = combinations(variant.statics).map((statics) => buildVariant(variant, statics));
    expect(built.some((builder) => builder !== undefined)).toBe(true);
  });
});
