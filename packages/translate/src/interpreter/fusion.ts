import { exitReasons } from '@boxer/abi';
import type { Node } from '@boxer/a64';
import type { FunctionAssembler } from '@boxer/wasm';
import { GraphEmitter } from '../emit/graph-emitter.ts';
import type { LocalPool } from '../emit/local-pool.ts';
import type { Handler } from './handler.ts';
import { HandlerEnvironment, type MainFunction, type Runtime } from './handler-environment.ts';
import { operations, RECORD_BYTES } from './layout.ts';

/** A comparison and the conditional branch behind it, as one operation. */
export interface Fusion {
  readonly comparison: Handler;
  readonly branch: Handler;
  /** Number of each among the hot handlers. */
  readonly comparisonNumber: number;
  readonly branchNumber: number;
  /** The branch's condition, in terms of the comparison's operands. */
  readonly condition: Node;
}

/** The comparisons that compilers write: with an immediate, or with a register as it is. */
const comparisons: Readonly<Record<string, (statics: Handler['statics']) => boolean>> = {
  'ADD/SUB (immediate)': ({ sh }) => sh === 0,
  'ADD/SUB (shifted register)': ({ imm6 }) => imm6 === 0,
  'AND/ORR/EOR/ANDS (immediate)': () => true,
  'AND/BIC/ORR/ORN/EOR/EON/ANDS/BICS (shifted register)': ({ imm6, N }) => imm6 === 0 && N === 0,
};

/** @returns the pairs of hot handlers to fuse */
export function findFusions(hot: readonly Handler[]): Fusion[] {
  const numbered = hot.map((handler, number) => ({ handler, number }));
  const branches = numbered.filter(({ handler }) => handler.row === 'B.cond');
  return numbered
    .filter(({ handler }) => comparisons[handler.row]?.(handler.statics))
    .flatMap(({ handler: comparison, number: comparisonNumber }) =>
      branches.flatMap(({ handler: branch, number: branchNumber }) => {
        const condition = comparison.builder.comparison(branch.statics['cond'] ?? 0);
        return condition ? [{ comparison, branch, comparisonNumber, branchNumber, condition }] : [];
      }),
    );
}

/** Rows and columns of a table: which operations fuse to which. Row and column 0 hold no fusions. */
export interface FusionTables {
  /** By operation: row, or 0. */
  readonly rows: Uint8Array;
  /** By operation: column, or 0. */
  readonly columns: Uint8Array;
  readonly columnCount: number;
  /** Fused operations, row by row; 0 where there is none. */
  readonly fused: readonly number[];
}

/** @param operationCount - of all operations; fused ones are numbered from `firstFused` on */
export function fusionTables(
  fusions: readonly Fusion[],
  firstFused: number,
  operationCount: number,
): FusionTables {
  const rows = new Uint8Array(operationCount);
  const columns = new Uint8Array(operationCount);
  const place = (numbers: readonly number[], into: Uint8Array) => {
    const distinct = [...new Set(numbers)];
    distinct.forEach((number, i) => (into[operations.first + number] = i + 1));
    return distinct.length + 1;
  };
  const rowCount = place(
    fusions.map((fusion) => fusion.comparisonNumber),
    rows,
  );
  const columnCount = place(
    fusions.map((fusion) => fusion.branchNumber),
    columns,
  );
  const fused = Array.from({ length: rowCount * columnCount }, () => 0);
  fusions.forEach(({ comparisonNumber, branchNumber }, i) => {
    const row = rows[operations.first + comparisonNumber] ?? 0;
    const column = columns[operations.first + branchNumber] ?? 0;
    fused[row * columnCount + column] = firstFused + i;
  });
  return { rows, columns, columnCount, fused };
}

/** Emits a fused handler into the main function. The branch's slots are in its own record, behind the comparison's. */
export function emitFusion(
  f: FunctionAssembler,
  pool: LocalPool,
  fusion: Fusion,
  runtime: Runtime,
  main: MainFunction,
): void {
  const { comparison, branch, branchNumber, condition } = fusion;
  const ip = 0;
  const environment = new HandlerEnvironment(comparison.builder, comparison.layout, runtime, main);
  const emitter = new GraphEmitter(f, environment, pool);
  const [target] = branch.layout.slots;
  if (!target) throw new TypeError('A branch has no target');
  // The branch may have been forgotten, or replaced by an entry to translated code.
  f.get(ip)
    .memory('i32.load16_u', RECORD_BYTES)
    .i32(operations.first + branchNumber)
    .op('i32.ne')
    .unlikely()
    .brIf(main.cold);
  emitter.countAhead([condition]);
  emitter.run(comparison.builder.body);
  emitter.emit(condition);
  f.if();
  const left = pool.take('i32');
  f.get(main.fuel)
    .get(ip)
    .op('i32.sub')
    .i32(2 * RECORD_BYTES)
    .op('i32.sub')
    .set(left);
  f.get(ip)
    .memory(target.load, RECORD_BYTES + target.offset)
    .set(ip);
  f.get(left).get(ip).op('i32.add').set(main.fuel);
  f.get(left).i32(0).op('i32.ge_s').likely().brIf(main.dispatch);
  f.i32(exitReasons.fuel).set(main.reason).br(main.exit);
  f.end();
  f.get(ip)
    .i32(2 * RECORD_BYTES)
    .op('i32.add')
    .set(ip)
    .br(main.dispatch);
}
