import {
  codeFunctions,
  type CoreType,
  GUEST_BIAS,
  kernelFunctions,
  packFunctions,
  processFunctions,
} from '@boxer/abi';
import { type Instruction, instructions, supportFunctions, variantsOf } from '@boxer/a64';
import { type FunctionType, ModuleBuilder } from '@boxer/wasm';
import { valueType } from '../emit/value-type.ts';
import { emitDecoder, type VariantTable } from '../interpreter/decode-function.ts';
import { findFusions, fusionTables } from '../interpreter/fusion.ts';
import { buildHandlers, type Handler } from '../interpreter/handler.ts';
import type { Runtime } from '../interpreter/handler-environment.ts';
import { TABLES_AT, TABLES_END, operations } from '../interpreter/layout.ts';
import { emitMainFunction } from '../interpreter/main-function.ts';
import { declareRecordPages, defineRecordPages } from '../interpreter/record-pages.ts';
import { emitResume, emitRun } from '../interpreter/resume.ts';
import { declareTranslatedCode, defineTranslatedCode } from '../interpreter/translated-code.ts';
import { emitCheckAccess } from './check-access.ts';
import { memoryFunctions } from './memory-functions.ts';

export interface ProcessModuleOptions {
  /**
   * `exports`: all functions are exported, whoever instantiates the module puts them into the kernel's table.
   * `table`: a start function asks the kernel for a slot (`attach`) and stores them in its table, import "kernel" "table".
   */
  readonly registration: 'exports' | 'table';
  /** Rows to include; all by default. */
  readonly rows?: readonly Instruction[];
}

/** What was generated, for reports. */
export interface ProcessModuleStatistics {
  readonly rows: number;
  /** Combinations of static values that are an instruction. */
  readonly combinations: number;
  readonly hotHandlers: number;
  /** Pairs of instructions that execute as one operation. */
  readonly fusedPairs: number;
  readonly coldHandlers: number;
  readonly predecoders: number;
  /** Computing instructions of the main function, see {@link MAIN_INSTRUCTIONS_LIMIT}. */
  readonly mainInstructions: number;
  readonly bytes: number;
}

const PREDECODER: FunctionType = { params: ['i32', 'i32', 'i32'], results: [] };
const HANDLER: FunctionType = { params: ['i32'], results: ['i32'] };

function signature({
  params,
  result,
}: {
  params: readonly CoreType[];
  result: CoreType | null;
}): FunctionType {
  return { params, results: result === null ? [] : [result] };
}

/** Numbers things that are equal alike. */
class Numbering<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<string, number>();

  number(key: Uint8Array, item: T): number {
    const text = Buffer.from(key).toString('latin1');
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.items.push(item);
    this.#numbers.set(text, this.items.length - 1);
    return this.items.length - 1;
  }
}

interface Imports {
  readonly kernel: ReadonlyMap<string, number>;
  readonly support: ReadonlyMap<string, number>;
}

function importFunctions(module: ModuleBuilder, { registration }: ProcessModuleOptions): Imports {
  const kernel = new Map<string, number>();
  for (const [name, declaration] of Object.entries(kernelFunctions)) {
    if (name === 'attach' && registration === 'exports') continue;
    kernel.set(name, module.importFunction('kernel', name, signature(declaration)));
  }
  const support = new Map<string, number>();
  for (const [name, { params, result }] of Object.entries(supportFunctions)) {
    const type = { params: params.map(valueType), results: [valueType(result)] };
    support.set(name, module.importFunction('support', name, type));
  }
  return { kernel, support };
}

function required(map: ReadonlyMap<string, number>, name: string): number {
  const index = map.get(name);
  if (index === undefined) throw new TypeError(`There is no function ${name}`);
  return index;
}

/** Handlers, numbered: hot ones first. */
class HandlerSet {
  readonly hot = new Numbering<Handler>();
  readonly cold = new Numbering<Handler>();
  readonly predecoders = new Numbering<Uint8Array>();
  /** By handler id; id 0 is "unallocated". */
  readonly #entries: { readonly hot: boolean; readonly number: number; readonly predecoder: number }[] = [];

  constructor(emptyPredecoder: Uint8Array) {
    this.predecoders.number(emptyPredecoder, emptyPredecoder);
  }

  /** @returns the handler's id */
  add(handler: Handler): number {
    const set = handler.hot ? this.hot : this.cold;
    this.#entries.push({
      hot: handler.hot,
      number: set.number(handler.coldBody, handler),
      predecoder: this.predecoders.number(handler.predecoder, handler.predecoder),
    });
    return this.#entries.length;
  }

  /**
   * Operation of each handler id.
   *
   * @param fusions - number of fused operations, which come between hot and cold ones
   */
  operations(fusions: number): number[] {
    const firstCold = operations.first + this.hot.items.length + fusions;
    return [
      operations.undefined,
      ...this.#entries.map(({ hot, number }) => number + (hot ? operations.first : firstCold)),
    ];
  }

  /** Predecoder of each handler id. */
  predecoderNumbers(): number[] {
    return [0, ...this.#entries.map(({ predecoder }) => predecoder)];
  }
}

function halfwords(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(i * 2, value, true));
  return bytes;
}

/** Constant tables in the engine's part of the memory, one behind the other; the first at TABLES_AT. */
class DataLayout {
  #next = TABLES_AT;

  constructor(readonly module: ModuleBuilder) {}

  /** @returns the address of the bytes */
  place(bytes: Uint8Array): number {
    const at = this.#next;
    this.#next += bytes.length + (bytes.length & 1);
    if (this.#next > TABLES_END) throw new RangeError('The decoder’s tables are too large');
    this.module.data(at, bytes);
    return at;
  }
}

/**
 * Generates the process module: interpreter, predecoder and memory functions of one guest process, as
 * `@boxer/abi`'s process-abi describes it. Imports: "kernel" (see kernelFunctions; with `registration: 'table'` also its
 * "table") and "support" (see supportFunctions).
 */
export function buildProcessModule(options: ProcessModuleOptions): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly statistics: ProcessModuleStatistics;
} {
  const rows = options.rows ?? instructions;
  const module = new ModuleBuilder();
  const { kernel, support } = importFunctions(module, options);
  const kernelTable =
    options.registration === 'table' ? module.importTable('kernel', 'table', { minimum: 1 }) : undefined;
  const pages = declareRecordPages(module);
  const code = declareTranslatedCode(module);
  defineTranslatedCode(module, code, pages.recordOfTarget);
  const checkAccess = module.declare({ params: ['i64', 'i32', 'i32'], results: ['i32'] });
  const runtime: Runtime = {
    checkAccess,
    invalidateLine: pages.invalidateLine,
    recordOfTarget: pages.recordOfTarget,
    counter: required(kernel, 'counter'),
    syscall: required(kernel, 'syscall'),
    support: (name) => required(support, name),
  };
  module.body(checkAccess, 3, emitCheckAccess);

  const set = new HandlerSet(Uint8Array.of(0, 0x0b));
  const ids: number[] = [];
  const variants = variantsOf(rows).map((variant): VariantTable => {
    const base = ids.length;
    const { handlers } = buildHandlers(variant, runtime, pages.recordOfPc);
    for (const handler of handlers) ids.push(handler ? set.add(handler) : 0);
    return { ...variant, base };
  });

  const fusions = findFusions(set.hot.items);
  const coldType = module.type(HANDLER);
  const asFunction = (handler: Handler) => {
    const index = module.declare(HANDLER);
    module.define(index, handler.coldBody);
    return index;
  };
  const hotFunctions = set.hot.items.map(asFunction);
  const handlerFunctions = [
    ...hotFunctions,
    ...fusions.map(({ comparisonNumber }) => hotFunctions[comparisonNumber] ?? 0),
    ...set.cold.items.map(asFunction),
  ];
  const coldTable = module.table({ minimum: Math.max(1, handlerFunctions.length) });
  module.elements(coldTable, 0, handlerFunctions);

  const predecoderType = module.type(PREDECODER);
  const predecoders = set.predecoders.items.map((body) => {
    const index = module.declare(PREDECODER);
    module.define(index, body);
    return index;
  });
  const byId = set.predecoderNumbers().map((number) => predecoders[number] ?? 0);
  const predecoderTable = module.table({ minimum: byId.length });
  module.elements(predecoderTable, 0, byId);

  const data = new DataLayout(module);
  data.place(halfwords(ids));
  const operationsAt = data.place(halfwords(set.operations(fusions.length)));
  const fusion = fusionTables(
    fusions,
    operations.first + set.hot.items.length,
    operations.first + handlerFunctions.length,
  );
  const decode = module.function(HANDLER, (f) => emitDecoder(f, variants));
  defineRecordPages(module, pages, {
    engineAlloc: required(kernel, 'engineAlloc'),
    codePage: required(kernel, 'codePage'),
    forgetTranslated: code.forget,
    isTranslated: code.isTranslated,
    decode,
    operationsAt,
    fusion: {
      rowsAt: data.place(fusion.rows),
      columnsAt: data.place(fusion.columns),
      fusedAt: data.place(halfwords(fusion.fused)),
      columnCount: fusion.columnCount,
    },
    table: predecoderTable,
    type: predecoderType,
  });

  let mainInstructions = 0;
  const execute = module.function({ params: [], results: ['i32'] }, (f) => {
    emitMainFunction(f, { hot: set.hot.items, fusions, runtime, pages, code, coldTable, coldType });
    mainInstructions = f.instructions;
  });

  module.body(code.resume, 4, (f) => emitResume(f, { code, execute }));

  const functions = new Map([
    ['run', module.function({ params: [], results: ['i32'] }, (f) => emitRun(f, { code, execute }))],
    ['invalidate', pages.invalidate],
  ]);
  const push = {
    pushBytes64: required(kernel, 'pushBytes64'),
    pushBytes8: required(kernel, 'pushBytes8'),
    pushByte: required(kernel, 'pushByte'),
  };
  const writers = memoryFunctions(push);
  for (const [name, declaration] of Object.entries(processFunctions)) {
    if (functions.has(name)) continue;
    const write = writers[name];
    if (!write) throw new TypeError(`Process function ${name} is missing`);
    functions.set(
      name,
      module.function(signature(declaration), (f) => write(f)),
    );
  }

  const memory = module.memory({ minimum: GUEST_BIAS / 65536, maximum: 65536 });
  module.export('memory', 'memory', memory);
  for (const name of Object.keys(processFunctions))
    module.export(name, 'function', required(functions, name));
  for (const name of [
    'enterAt',
    'markTranslated',
    'settleFlags',
    'resume',
  ] as const satisfies (keyof typeof codeFunctions)[])
    module.export(name, 'function', code[name]);
  module.export('code', 'table', code.table);
  if (kernelTable !== undefined) {
    const attach = required(kernel, 'attach');
    const start = module.function({ params: [], results: [] }, (f) => {
      const base = f.local('i32');
      const register = ({ index }: { readonly index: number }, what: number) =>
        f.get(base).i32(index).op('i32.add').refFunction(what).tableSet(kernelTable);
      f.call(attach).set(base);
      for (const [name, slot] of Object.entries(processFunctions)) register(slot, required(functions, name));
      register(packFunctions.enterAt, code.enterAt);
      register(packFunctions.markTranslated, code.markTranslated);
    });
    module.start(start);
  }
  const bytes = module.finish();
  return {
    bytes,
    statistics: {
      rows: rows.length,
      combinations: ids.filter((id) => id !== 0).length,
      hotHandlers: set.hot.items.length,
      fusedPairs: fusions.length,
      coldHandlers: set.cold.items.length,
      predecoders: set.predecoders.items.length,
      mainInstructions,
      bytes: bytes.length,
    },
  };
}

/** @returns the bytes of the process module, see {@link buildProcessModule} */
export function generateProcessModule(options: ProcessModuleOptions): Uint8Array<ArrayBuffer> {
  return buildProcessModule(options).bytes;
}
