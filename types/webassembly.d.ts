/** The part of the WebAssembly JavaScript interface that is used here; Node's types leave it to the DOM library. */
declare namespace WebAssembly {
  type ExportValue = ((...args: never[]) => unknown) | Memory | Table | Global;
  /** A number is an immutable global. */
  type ImportValue = ExportValue | number;
  type ModuleImports = Record<string, ImportValue>;
  type Imports = Record<string, ModuleImports>;

  type Exports = Readonly<Record<string, ExportValue>>;

  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
  function instantiate(bytes: Uint8Array, imports?: Imports): Promise<{ module: Module; instance: Instance }>;

  interface ImportDescriptor {
    readonly module: string;
    readonly name: string;
    readonly kind: 'function' | 'table' | 'memory' | 'global' | 'tag';
  }

  class Module {
    private readonly brand;
    constructor(bytes: Uint8Array);
    static imports(module: Module): ImportDescriptor[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(limits: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Table {
    constructor(limits: { initial: number; element: 'anyfunc' });
    readonly length: number;
    get(index: number): ((...args: never[]) => unknown) | null;
    set(index: number, value: unknown): void;
    grow(entries: number): number;
  }

  class Global {
    value: unknown;
  }

  class RuntimeError extends Error {}
  class CompileError extends Error {}
  class LinkError extends Error {}
}
