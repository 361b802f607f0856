import { laneOpcodes, type LaneOperation, plainOpcodes, type PlainOperation } from '@boxer/wasm';

/** Wasm's name of a scalar operation, without the type. */
const scalarNames: Readonly<Record<string, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'shl',
  lsr: 'shr_u',
  asr: 'shr_s',
  ror: 'rotr',
  udivRaw: 'div_u',
  sdivRaw: 'div_s',
  clz: 'clz',
  ctz: 'ctz',
  popcnt: 'popcnt',
  sext8: 'extend8_s',
  sext16: 'extend16_s',
  sext32: 'extend32_s',
  eqz: 'eqz',
  eq: 'eq',
  ne: 'ne',
  lts: 'lt_s',
  ltu: 'lt_u',
  ges: 'ge_s',
  geu: 'ge_u',
};

/** @throws TypeError when Wasm has no such operation */
export function plainOperation(name: string): PlainOperation {
  if (!(name in plainOpcodes)) throw new TypeError(`Wasm has no operation ${name}`);
  return name as PlainOperation;
}

/** @throws TypeError when Wasm has no such operation */
export function laneOperation(name: string): LaneOperation {
  if (!(name in laneOpcodes)) throw new TypeError(`Wasm has no operation ${name}`);
  return name as LaneOperation;
}

/** @returns Wasm's operation for a scalar node whose first operand has `width` bits, or undefined for other nodes */
export function scalarOperation(op: string, width: unknown): PlainOperation | undefined {
  const name = scalarNames[op];
  return name === undefined ? undefined : plainOperation(`i${width === 64 ? 64 : 32}.${name}`);
}
