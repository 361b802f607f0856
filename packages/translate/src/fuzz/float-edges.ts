import { floatEdges, floatFormat } from '../testing/random-floats.ts';

/** Both signs of each. */
function signed(values: readonly bigint[], size: number): bigint[] {
  const { sign } = floatFormat(size);
  return [...new Set(values.flatMap((bits) => [bits, bits | sign]))];
}

/**
 * Floats for pairs and triples, as bits: each kind of number, and neighbours that make rounding decide.
 *
 * @param few - only the kinds, for triples
 */
export function crossEdges(size: number, few: boolean): bigint[] {
  const { fraction, bias, power, sign, infinity, quiet } = floatFormat(size);
  const smallest = power(1n - bias);
  const kinds = [
    0n,
    1n,
    smallest - 1n,
    smallest,
    power(0n),
    power(0n) + 1n,
    infinity - 1n,
    infinity,
    infinity | quiet | 5n,
    infinity | 3n,
  ];
  if (few) return [...kinds, ...[0n, power(0n), infinity - 1n, infinity].map((bits) => bits | sign)];
  const more = [
    smallest + 1n,
    power(-1n),
    power(0n) - 1n,
    power(0n) | quiet,
    power(1n),
    power(-fraction),
    power(-fraction - 1n),
    power(fraction) + 1n,
    power(fraction + 1n),
    power(bias),
    power(-bias / 2n) - 1n,
  ];
  return signed([...kinds, ...more], size);
}

/** Floats for single operands: many more, around limits of integers and of narrower formats. */
export const singleEdges = (size: number): bigint[] => signed(floatEdges(size), size);

/** Integers that become floats: around powers of two, where rounding decides. */
export function integerEdges(size: number): bigint[] {
  const powers = Array.from({ length: size }, (_, i) => 1n << BigInt(i));
  const halves = [11n, 24n, 53n].filter((bits) => bits < size - 2).map((bits) => (1n << (bits + 1n)) + 1n);
  const positive = [0n, ...powers, ...halves].flatMap((value) => [value - 1n, value, value + 1n]);
  return [
    ...new Set(positive.flatMap((value) => [value, -value]).map((value) => BigInt.asUintN(size, value))),
  ];
}
