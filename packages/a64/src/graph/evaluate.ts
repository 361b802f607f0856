import type { FieldValues } from '../instruction.ts';
import type { Node } from './node.ts';
import { scalarOperations } from '../scalar-operations.ts';

const isScalar = (op: string): op is keyof typeof scalarOperations => op in scalarOperations;

/**
 * The value of a stage-0 node that does not depend on the address, as an unsigned number of its width.
 *
 * @param fields - values of the fields that the node depends on
 * @throws TypeError for nodes that are known only when executing, and for the address
 */
export function evaluate(node: Node, fields: FieldValues): bigint {
  const width = node.kind === 32 ? 32 : 64;
  const [a = 0n, b = 0n, c = 0n] = node.args.map((arg) => evaluate(arg, fields));
  if (isScalar(node.op)) {
    const operandWidth = node.args[0]?.kind === 32 ? 32 : 64;
    return BigInt.asUintN(width, scalarOperations[node.op].evaluate(operandWidth, a, b));
  }
  switch (node.op) {
    case 'const':
      return node.value;
    case 'field':
      return BigInt(fields[node.detail.field?.name ?? ''] ?? 0);
    case 'zext':
    case 'wrap':
      return BigInt.asUintN(width, a);
    case 'sext':
      return BigInt.asUintN(64, BigInt.asIntN(32, a));
    case 'select':
      return c ? a : b;
    default:
      throw new TypeError(`Node ${node.op} has no value before execution`);
  }
}
