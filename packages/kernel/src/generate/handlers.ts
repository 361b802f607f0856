import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A function `sys_<name>` of assembly/syscalls/. */
export interface Handler {
  readonly name: string;
  /** Module, relative to assembly/, without extension. */
  readonly module: string;
  /** Types of the parameters behind the task. */
  readonly parameterTypes: readonly string[];
}

const pattern = /^export function sys_(\w+)\(\s*task: Task,?([^)]*)\)/gm;

/** Finds the system call handlers by their declarations. */
export async function findHandlers(assembly: string): Promise<ReadonlyMap<string, Handler>> {
  const handlers = new Map<string, Handler>();
  const folder = path.join(assembly, 'syscalls');
  for (const file of (await readdir(folder)).toSorted()) {
    if (!file.endsWith('.ts')) continue;
    const source = await readFile(path.join(folder, file), 'utf8');
    for (const [, name = '', parameters = ''] of source.matchAll(pattern)) {
      const parameterTypes = [...parameters.matchAll(/\w+: (\w+)/g)].map(([, type = '']) => type);
      const known = handlers.get(name);
      const module = `syscalls/${file.slice(0, -3)}`;
      if (known) throw new Error(`Cannot dispatch ${name}: both ${known.module} and ${module} handle it`);
      handlers.set(name, { name, module, parameterTypes });
    }
  }
  return handlers;
}
