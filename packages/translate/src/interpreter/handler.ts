import type { FieldValues, GraphBuilder, Variant } from '@boxer/a64';
import { InvalidSemanticsError, buildVariant, combinations } from '@boxer/a64';
import { FunctionAssembler } from '@boxer/wasm';
import { alwaysCalls, GraphEmitter } from '../emit/graph-emitter.ts';
import { LocalPool } from '../emit/local-pool.ts';
import { HandlerEnvironment, type MainFunction, type Runtime } from './handler-environment.ts';
import { emitPredecoder } from './predecoder.ts';
import { RecordLayout } from './record-layout.ts';

/** The code of a row for one combination of static values. */
export interface Handler {
  readonly row: string;
  readonly statics: FieldValues;
  readonly builder: GraphBuilder;
  readonly layout: RecordLayout;
  /** As a function (ip) → next ip; also what tells equal handlers. */
  readonly coldBody: Uint8Array;
  readonly predecoder: Uint8Array;
  readonly hot: boolean;
}

/** Handlers of a variant, one for each combination of its static fields; undefined where it is not the instruction. */
export interface VariantHandlers {
  readonly variant: Variant;
  readonly handlers: readonly (Handler | undefined)[];
}

const ENDS = new Set(['branch', 'branchIf', 'supervisorCall']);

/** Emits a handler into a function. */
export function emitHandler(
  { builder, layout }: Pick<Handler, 'builder' | 'layout'>,
  runtime: Runtime,
  f: FunctionAssembler,
  pool: LocalPool,
  main?: MainFunction,
): void {
  const environment = new HandlerEnvironment(builder, layout, runtime, main);
  const emitter = new GraphEmitter(f, environment, pool);
  const ended = emitter.run(builder.body);
  if (!ended) environment.next(emitter);
  else if (!main) f.op('unreachable');
}

/**
 * Builds the handler of a variant for some static values. The first emission finds the record's slots, the second uses
 * their places.
 */
function buildHandler(
  variant: Variant,
  statics: FieldValues,
  runtime: Runtime,
  recordOfPc: number,
): Handler | undefined {
  const builder = buildVariant(variant, statics);
  if (!builder) return undefined;
  const layout = new RecordLayout();
  const emit = () => {
    const f = new FunctionAssembler(1);
    emitHandler({ builder, layout }, runtime, f, new LocalPool(f));
    return f.finish().bytes;
  };
  try {
    emit();
    layout.arrange();
    const branches = builder.body.some((statement) => ENDS.has(statement.type));
    return {
      row: variant.instruction.name,
      statics: { ...statics, ...variant.fixed },
      builder,
      layout,
      coldBody: emit(),
      predecoder: emitPredecoder(layout.slots, builder.undefinedWhen, recordOfPc),
      // The main function makes no calls.
      hot:
        branches || (!alwaysCalls(builder.body) && variant.instruction.hot({ ...statics, ...variant.fixed })),
    };
  } catch (cause) {
    const name = `${variant.instruction.name} ${JSON.stringify({ ...statics, ...variant.fixed })}`;
    throw new InvalidSemanticsError(name, String(cause), { cause });
  }
}

/** @throws {@link InvalidSemanticsError} when a record overflows */
export function buildHandlers(variant: Variant, runtime: Runtime, recordOfPc: number): VariantHandlers {
  return {
    variant,
    handlers: combinations(variant.statics).map((statics) =>
      buildHandler(variant, statics, runtime, recordOfPc),
    ),
  };
}
