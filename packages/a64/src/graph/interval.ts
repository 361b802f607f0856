import type { Node } from './node.ts';

interface Interval {
  readonly minimum: bigint;
  readonly maximum: bigint;
}

/** All values of a width: from the least signed to the greatest unsigned one. */
function full(width: number): Interval {
  return { minimum: -(1n << BigInt(width - 1)), maximum: (1n << BigInt(width)) - 1n };
}

const exactly = (value: bigint): Interval => ({ minimum: value, maximum: value });

function span(...values: bigint[]): Interval {
  return {
    minimum: values.reduce((a, b) => (a < b ? a : b)),
    maximum: values.reduce((a, b) => (a > b ? a : b)),
  };
}

function candidate(node: Node, width: number): Interval | undefined {
  const [a, b, c] = node.args;
  const comparisons = /^(eqz|eq|ne|lts|ltu|ges|geu)$/;
  if (comparisons.test(node.op)) return { minimum: 0n, maximum: 1n };
  switch (node.op) {
    case 'const':
      return exactly(BigInt.asIntN(width, node.value));
    case 'field':
      return { minimum: 0n, maximum: (1n << BigInt(node.detail.field?.bits ?? 32)) - 1n };
    case 'pc':
      // Guest code lies below 4 GiB.
      return { minimum: 0n, maximum: 0xffff_fffcn };
  }
  if (!a) return undefined;
  switch (node.op) {
    case 'add':
      return b && { minimum: a.minimum + b.minimum, maximum: a.maximum + b.maximum };
    case 'sub':
      return b && { minimum: a.minimum - b.maximum, maximum: a.maximum - b.minimum };
    case 'mul':
      return (
        b && span(a.minimum * b.minimum, a.minimum * b.maximum, a.maximum * b.minimum, a.maximum * b.maximum)
      );
    case 'shl':
      if (!b?.isConstant || b.value >= 32n) return undefined;
      return { minimum: a.minimum << b.value, maximum: a.maximum << b.value };
    case 'and':
      if (b && b.minimum >= 0n) return { minimum: 0n, maximum: b.maximum };
      return a.minimum >= 0n ? { minimum: 0n, maximum: a.maximum } : undefined;
    case 'or':
    case 'xor': {
      if (!b || a.minimum < 0n || b.minimum < 0n) return undefined;
      const bits = Math.max(a.maximum.toString(2).length, b.maximum.toString(2).length);
      return { minimum: 0n, maximum: (1n << BigInt(bits)) - 1n };
    }
    case 'asr': {
      if (a.op !== 'shl' || !b?.isConstant || a.args[1] !== b) return undefined;
      const bits = BigInt(width) - b.value;
      return { minimum: -(1n << (bits - 1n)), maximum: (1n << (bits - 1n)) - 1n };
    }
    case 'lsr':
      return a.minimum >= 0n ? { minimum: 0n, maximum: a.maximum } : undefined;
    case 'sext8':
      return { minimum: -128n, maximum: 127n };
    case 'sext16':
      return { minimum: -32768n, maximum: 32767n };
    case 'zext':
      return a.minimum >= 0n ? a : { minimum: 0n, maximum: 0xffff_ffffn };
    case 'sext':
    case 'sext32':
      return a.minimum >= -(1n << 31n) && a.maximum < 1n << 31n
        ? a
        : { minimum: -(1n << 31n), maximum: (1n << 31n) - 1n };
    case 'wrap':
      return a.minimum >= 0n && a.maximum < 1n << 31n ? a : undefined;
    case 'select':
      return b && c && span(b.minimum, b.maximum, c.minimum, c.maximum);
    case 'clz':
    case 'ctz':
    case 'popcnt':
      return { minimum: 0n, maximum: BigInt(width) };
    default:
      return undefined;
  }
}

/**
 * Sets the bounds of an integer node known when predecoding, so that its slot in the record can be small.
 * Where an operation may wrap around, nothing is known.
 */
export function setBounds(node: Node): void {
  if (typeof node.kind !== 'number' || node.stage !== 0) return;
  const width = node.kind;
  const wanted = candidate(node, width);
  const { minimum, maximum } = full(width);
  const fits = wanted && wanted.minimum >= minimum && wanted.maximum < 1n << BigInt(width - 1);
  node.minimum = fits ? wanted.minimum : minimum;
  node.maximum = fits ? wanted.maximum : maximum;
}
