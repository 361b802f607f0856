import { BoxTrapError } from '../errors.ts';

/** Something the guest holds a handle of. */
export abstract class Resource {
  /** The handle was dropped: release what the host holds for it. */
  close(): void {}
}

/** More handles than any kernel of ours keeps open. */
const MAX_HANDLES = 65536;

/** Handles of the guest. A handle is bound to a class: one of another class, or none, is a trap, as in the canonical ABI. */
export class HandleTable {
  readonly #resources: (Resource | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** @returns the new handle */
  add(resource: Resource): number {
    const reused = this.#free.pop();
    if (reused !== undefined) {
      this.#resources[reused] = resource;
      return reused;
    }
    if (this.#resources.length > MAX_HANDLES)
      throw new BoxTrapError(`the kernel holds over ${MAX_HANDLES} handles`);
    return this.#resources.push(resource) - 1;
  }

  get<T extends Resource>(handle: number, type: abstract new (...args: never[]) => T): T {
    const resource = this.#resources[handle >>> 0];
    if (resource instanceof type) return resource;
    throw new BoxTrapError(`the kernel used handle ${handle >>> 0}, which is no ${type.name}`);
  }

  drop<T extends Resource>(handle: number, type: abstract new (...args: never[]) => T): void {
    const resource = this.get(handle, type);
    this.#resources[handle >>> 0] = undefined;
    this.#free.push(handle >>> 0);
    resource.close();
  }

  /** Drops everything; the box has ended. */
  close(): void {
    for (const resource of this.#resources) resource?.close?.();
    this.#resources.length = 1;
    this.#free.length = 0;
  }
}
