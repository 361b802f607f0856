import type { GeneralRegister, Kind, kindOf, Value, VectorRegister } from '../value.ts';

/** A value as the bits that it consists of. */
export class Concrete<K extends Kind = Kind> implements Value<K> {
  declare readonly [kindOf]: K;
  readonly immediate = true as const;

  constructor(
    readonly kind: K,
    readonly bits: bigint,
  ) {}
}

/** Names a register of either kind. */
export class Register {
  readonly general = true as const;
  readonly vector = true as const;

  constructor(readonly index: number) {}
}

export const sizes: Readonly<Record<Kind, number>> = { 32: 32, 64: 64, f32: 32, f64: 64, v128: 128 };

export function concrete<K extends Kind>(value: Value<K>): Concrete<K> {
  if (!(value instanceof Concrete)) throw new TypeError('The value belongs to another machine');
  return value as Concrete<K>;
}

export function indexOf(register: GeneralRegister | VectorRegister): number {
  if (!(register instanceof Register)) throw new TypeError('The register belongs to another machine');
  return register.index;
}

export const bitsOf = (value: Value) => concrete(value).bits;
