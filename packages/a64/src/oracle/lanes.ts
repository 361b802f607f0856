/** Cuts a vector into lanes, the lowest first. */
export function split(vector: bigint, bits: number): bigint[] {
  const lanes: bigint[] = [];
  for (let at = 0; at < 128; at += bits) lanes.push(BigInt.asUintN(bits, vector >> BigInt(at)));
  return lanes;
}

/** Puts lanes together; each is taken modulo its size. */
export function join(lanes: readonly bigint[], bits: number): bigint {
  return lanes.reduceRight((vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);
}

/** The same lane all over a vector. */
export function repeat(lane: bigint, bits: number): bigint {
  const lanes = Array.from({ length: 128 / bits }, () => lane);
  return join(lanes, bits);
}

/** @returns the value, or the bound that it exceeds */
export function clamp(value: bigint, minimum: bigint, maximum: bigint): bigint {
  if (value < minimum) return minimum;
  return value > maximum ? maximum : value;
}
