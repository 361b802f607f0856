/** The part of the WebAssembly JavaScript interface that the runner uses; Node's types leave it to the DOM library. */
declare namespace WebAssembly {
  type ExportValue = ((...args: never[]) => unknown) | Memory | Table | Global;
  /** A number is an immutable global. */
  type ImportValue = ExportValue | number;
  type Imports = Record<string, Record<string, ImportValue>>;

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
    readonly exports: Readonly<Record<string, ExportValue>>;
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
    set(index: number, value: ((...args: never[]) => unknown) | null): void;
    grow(entries: number): number;
  }

  class Global {
    value: unknown;
  }

  class RuntimeError extends Error {}
  class CompileError extends Error {}
  class LinkError extends Error {}
}
