import { MessageChannel, Worker } from 'node:worker_threads';
import { PackLibrary } from './pack-library.ts';

/** Answers some time after it was asked: only who waits has the answer at once. */
const SUPPLIER = `
  import { workerData } from 'node:worker_threads';
  const later = (message) => setTimeout(() => workerData.postMessage(message), 20);
  later({ type: 'catalogue', catalogue: { rows: Float64Array.of(7 * 2 ** 20) } });
  workerData.on('message', ({ type, numbers = [] }) => {
    for (const number of numbers) later({ type: 'pack', number, pack: { plan: { hashes: [3, 7] }, asked: type } });
  });
`;

it('waits for its catalogue and for packs when it is told to', async () => {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SUPPLIER)}`), {
    workerData: port2,
    transferList: [port2],
  });
  let catalogues = 0;
  const library = new PackLibrary(
    port1,
    { packCame: () => undefined, catalogueCame: () => catalogues++ },
    true,
  );
  try {
    library.poll();
    expect(catalogues).toBe(1);
    expect(library.candidates(8)).toEqual([]);
    // The pack with number 0 has code of the page with hash 7: it is its page 3.
    expect(library.candidates(7)).toMatchObject([{ page: 3, pack: { asked: 'packs' } }]);
    expect(library.isWaiting).toBe(false);
  } finally {
    library.close();
    await worker.terminate();
  }
});
