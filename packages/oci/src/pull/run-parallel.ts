/**
 * Runs tasks, at most `limit` at a time. The first failure aborts the others, and is thrown once all have ended.
 *
 * @param task - to stop when its signal is aborted
 */
export async function runParallel<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    controller.abort(error);
  };
  const onAbort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      await task(item, controller.signal).catch(fail);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  signal?.removeEventListener('abort', onAbort);
  if (failures.length > 0) throw failures[0];
}
