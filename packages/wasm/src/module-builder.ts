import { ByteWriter } from './byte-writer.ts';
import { FunctionAssembler, type FunctionBody } from './function-assembler.ts';
import { customSection, encodeSection, MODULE_HEADER } from './sections.ts';
import { type FunctionType, type Limits, type ValueType, valueTypes } from './types.ts';

/** @source WebAssembly Core Specification 2.0, "Binary Format / Modules" */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** @source WebAssembly "Custom Annotation: branch hints" (metadata.code.branch_hint), in front of the code section */
const BRANCH_HINTS = 'metadata.code.branch_hint';

const externKinds = { function: 0, table: 1, memory: 2, global: 3 } as const;

export type ExternKind = keyof typeof externKinds;

interface Global {
  readonly type: ValueType;
  readonly mutable: boolean;
  readonly initial: number | bigint;
}

function writeLimits(out: ByteWriter, { minimum, maximum }: Limits): void {
  out.byte(maximum === undefined ? 0 : 1).unsigned(minimum);
  if (maximum !== undefined) out.unsigned(maximum);
}

/** Length-prefixed list of entries that were appended one by one. */
class Entries {
  readonly bytes = new ByteWriter();
  count = 0;

  add(): ByteWriter {
    this.count += 1;
    return this.bytes;
  }

  vector(): Uint8Array {
    return new ByteWriter().unsigned(this.count).append(this.bytes).view();
  }

  section(id: number): Uint8Array {
    return this.count === 0 ? new Uint8Array() : encodeSection(id, this.vector());
  }
}

/** Puts a module together. Import before defining; declare functions before or after their bodies exist. */
export class ModuleBuilder {
  readonly #types = new Map<string, number>();
  readonly #typeEntries = new Entries();
  readonly #imports = new Entries();
  readonly #functionTypes: number[] = [];
  readonly #bodies: (FunctionBody | undefined)[] = [];
  readonly #tables = new Entries();
  readonly #memories = new Entries();
  readonly #globals = new Entries();
  readonly #exports = new Entries();
  readonly #elements = new Entries();
  readonly #data = new Entries();
  readonly #customs: Uint8Array[] = [];
  /** Entries of each index space, and how many of them are imported: those come first. */
  readonly #counts = { function: 0, table: 0, memory: 0, global: 0 };
  readonly #imported = { function: 0, table: 0, memory: 0, global: 0 };
  #start: number | undefined;

  /** @returns index of the type; equal types share one */
  type({ params, results }: FunctionType): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const out = this.#typeEntries.add().byte(0x60).unsigned(params.length);
    for (const type of params) out.byte(valueTypes[type]);
    out.unsigned(results.length);
    for (const type of results) out.byte(valueTypes[type]);
    this.#types.set(key, this.#types.size);
    return this.#types.size - 1;
  }

  #import(kind: ExternKind, module: string, name: string): ByteWriter {
    if (this.#counts[kind] > this.#imported[kind])
      throw new RangeError(`Import ${kind} ${name} before defining one of its kind`);
    this.#imported[kind] += 1;
    return this.#imports.add().name(module).name(name).byte(externKinds[kind]);
  }

  /** @returns index of the function */
  importFunction(module: string, name: string, type: FunctionType): number {
    const typeIndex = this.type(type);
    this.#import('function', module, name).unsigned(typeIndex);
    return this.#counts.function++;
  }

  importMemory(module: string, name: string, limits: Limits): number {
    writeLimits(this.#import('memory', module, name), limits);
    return this.#counts.memory++;
  }

  importTable(module: string, name: string, limits: Limits): number {
    writeLimits(this.#import('table', module, name).byte(valueTypes.funcref), limits);
    return this.#counts.table++;
  }

  importGlobal(module: string, name: string, { type, mutable }: Omit<Global, 'initial'>): number {
    this.#import('global', module, name)
      .byte(valueTypes[type])
      .byte(mutable ? 1 : 0);
    return this.#counts.global++;
  }

  /** @returns index of a function whose body {@link define} gives later */
  declare(type: FunctionType): number {
    this.#functionTypes.push(this.type(type));
    this.#bodies.push(undefined);
    return this.#counts.function++;
  }

  /** Gives a declared function its body. */
  define(index: number, body: FunctionAssembler | Uint8Array): void {
    const at = index - this.#imported.function;
    if (at < 0 || at >= this.#bodies.length) throw new RangeError(`Function ${index} is not declared`);
    if (this.#bodies[at]) throw new RangeError(`Function ${index} is defined already`);
    this.#bodies[at] = body instanceof FunctionAssembler ? body.finish() : { bytes: body, hints: [] };
  }

  /** Writes the body of a declared function. */
  body(index: number, parameterCount: number, write: (f: FunctionAssembler) => void): void {
    const f = new FunctionAssembler(parameterCount);
    write(f);
    this.define(index, f);
  }

  /** Declares and defines a function at once. */
  function(type: FunctionType, write: (f: FunctionAssembler) => void): number {
    const index = this.declare(type);
    this.body(index, type.params.length, write);
    return index;
  }

  table(limits: Limits): number {
    writeLimits(this.#tables.add().byte(valueTypes.funcref), limits);
    return this.#counts.table++;
  }

  memory(limits: Limits): number {
    writeLimits(this.#memories.add(), limits);
    return this.#counts.memory++;
  }

  global({ type, mutable, initial }: Global): number {
    const out = this.#globals
      .add()
      .byte(valueTypes[type])
      .byte(mutable ? 1 : 0);
    if (type === 'i64') out.byte(0x42).signed64(BigInt(initial));
    else if (type === 'i32') out.byte(0x41).signed32(Number(initial));
    else throw new TypeError(`Globals of type ${type} are not supported`);
    out.byte(0x0b);
    return this.#counts.global++;
  }

  export(name: string, kind: ExternKind, index: number): void {
    this.#exports.add().name(name).byte(externKinds[kind]).unsigned(index);
  }

  start(functionIndex: number): void {
    this.#start = functionIndex;
  }

  /** Functions placed into a table from an index on. */
  elements(table: number, offset: number, functions: readonly number[]): void {
    const out = this.#elements.add().byte(2).unsigned(table).byte(0x41).signed32(offset).byte(0x0b).byte(0);
    out.unsigned(functions.length);
    for (const index of functions) out.unsigned(index);
  }

  /** Functions for `table.init`. @returns index of the segment */
  passiveElements(functions: readonly number[]): number {
    const out = this.#elements.add().byte(1).byte(0).unsigned(functions.length);
    for (const index of functions) out.unsigned(index);
    return this.#elements.count - 1;
  }

  /** Functions that `ref.func` names without being exported or in a table. */
  declareReferences(functions: readonly number[]): void {
    const out = this.#elements.add().byte(3).byte(0).unsigned(functions.length);
    for (const index of functions) out.unsigned(index);
  }

  /** Bytes written to memory 0 when the module is instantiated. */
  data(offset: number, bytes: Uint8Array): void {
    this.#data.add().byte(0).byte(0x41).signed32(offset).byte(0x0b).unsigned(bytes.length).bytes(bytes);
  }

  /** Bytes for `memory.init`. @returns index of the segment */
  passiveData(bytes: Uint8Array): number {
    this.#data.add().byte(1).unsigned(bytes.length).bytes(bytes);
    return this.#data.count - 1;
  }

  custom(name: string, bytes: Uint8Array): void {
    this.#customs.push(customSection(name, bytes));
  }

  #code(): Entries {
    const code = new Entries();
    this.#bodies.forEach((body, at) => {
      if (!body) throw new RangeError(`Function ${this.#imported.function + at} has no body`);
      code.add().unsigned(body.bytes.length).bytes(body.bytes);
    });
    return code;
  }

  /** @returns the section that tells compilers which branches are likely, as the proposal for branch hints has it */
  #hints(): Uint8Array {
    const functions = new Entries();
    this.#bodies.forEach((body, at) => {
      if (!body?.hints.length) return;
      const out = functions
        .add()
        .unsigned(this.#imported.function + at)
        .unsigned(body.hints.length);
      for (const { offset, isLikely } of body.hints)
        out
          .unsigned(offset)
          .byte(1)
          .byte(isLikely ? 1 : 0);
    });
    return functions.count === 0 ? new Uint8Array() : customSection(BRANCH_HINTS, functions.vector());
  }

  /** @returns the module */
  finish(): Uint8Array<ArrayBuffer> {
    const functions = new Entries();
    for (const type of this.#functionTypes) functions.add().unsigned(type);
    const out = new ByteWriter(1024)
      .bytes(MODULE_HEADER)
      .bytes(this.#typeEntries.section(sectionIds.type))
      .bytes(this.#imports.section(sectionIds.import))
      .bytes(functions.section(sectionIds.function))
      .bytes(this.#tables.section(sectionIds.table))
      .bytes(this.#memories.section(sectionIds.memory))
      .bytes(this.#globals.section(sectionIds.global))
      .bytes(this.#exports.section(sectionIds.export));
    if (this.#start !== undefined) {
      out.bytes(encodeSection(sectionIds.start, new ByteWriter().unsigned(this.#start).view()));
    }
    out.bytes(this.#elements.section(sectionIds.element));
    if (this.#data.count > 0) {
      out.bytes(encodeSection(sectionIds.dataCount, new ByteWriter().unsigned(this.#data.count).view()));
    }
    out.bytes(this.#hints());
    out.bytes(this.#code().section(sectionIds.code)).bytes(this.#data.section(sectionIds.data));
    for (const section of this.#customs) out.bytes(section);
    return out.finish();
  }
}
