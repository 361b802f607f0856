import { cpuState } from '@boxer/abi';
import { asNode, type GraphBuilder, type Node, type RegisterOperand } from '@boxer/a64';

/** What register 31 means: SP, the cell that is always 0, or the cell that nobody reads. */
export type GeneralRole = 'sp' | 'read' | 'write';

const ZERO_INDEX = (cpuState.zero - cpuState.x) / 8;
const SINK_INDEX = (cpuState.sink - cpuState.x) / 8;

/** @returns the address of a general register's cell */
export function generalAddress(
  builder: GraphBuilder,
  register: RegisterOperand,
  role: GeneralRole,
): Node<32> {
  let index = builder.registerNumber(register);
  if (role !== 'sp') {
    const is31 = builder.eq(index, builder.constant(32, 31));
    index = builder.select(is31, builder.constant(32, role === 'read' ? ZERO_INDEX : SINK_INDEX), index);
  }
  const offset = builder.shl(index, builder.constant(32, 3));
  return asNode(builder.add(offset, builder.constant(32, cpuState.x)));
}

/** @returns the address of an element of a vector register */
export function vectorAddress(
  builder: GraphBuilder,
  register: RegisterOperand,
  index?: Node,
  bits = 128,
): Node<32> {
  const base = builder.add(
    builder.shl(builder.registerNumber(register), builder.constant(32, 4)),
    builder.constant(32, cpuState.vectors),
  );
  if (!index) return asNode(base);
  const scale = builder.constant(32, Math.log2(bits / 8));
  return asNode(builder.add(base, builder.shl(index as Node<32>, scale)));
}
