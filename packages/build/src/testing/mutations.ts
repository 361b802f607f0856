/** Numbers from 0 to 1, the same for the same seed. @source Tommy Ettinger, mulberry32 */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Cuts, or overwrites, removes, repeats or inserts bytes in one to four places. */
export function mutateBytes(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  if (below(10) === 0) return bytes.subarray(0, below(bytes.length));
  let mutant = bytes;
  for (let count = 1 + below(4); count > 0; count--) {
    const start = below(mutant.length);
    const end = Math.min(mutant.length, start + below(16));
    const replacement = [
      Buffer.alloc(0),
      Buffer.from([below(256)]),
      Buffer.alloc(end - start, [0, 0xff, 0x37, 0x30][below(4)]),
      Buffer.concat([mutant.subarray(start, end), mutant.subarray(start, end)]),
      Buffer.from([...mutant.subarray(start, end)].map((byte) => byte ^ (1 << below(8)))),
    ][below(5)];
    mutant = Buffer.concat([mutant.subarray(0, start), replacement ?? Buffer.alloc(0), mutant.subarray(end)]);
  }
  return mutant;
}

/** Replaces one to three values of a JSON document by values of other types, or takes them out. */
export function mutateJson(value: unknown, random: () => number): unknown {
  const below = (limit: number): number => Math.floor(random() * limit);
  let mutant = structuredClone({ value });
  for (let count = 1 + below(3); count > 0; count--) {
    const slots = slotsOf(mutant);
    const slot = slots[below(slots.length)];
    if (slot === undefined) continue;
    const { holder, key } = slot;
    const replacement = [
      null,
      -1,
      1e300,
      0.5,
      '',
      '../../etc',
      'sha256:x',
      [],
      {},
      true,
      [[[]]],
      'x'.repeat(5000),
    ];
    const choice = below(replacement.length + 2);
    if (choice >= replacement.length) delete holder[key];
    else holder[key] = replacement[choice];
    mutant = structuredClone(mutant);
  }
  return mutant.value ?? null;
}

interface Slot {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function slotsOf(value: unknown): readonly Slot[] {
  if (value === null || typeof value !== 'object') return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...slotsOf(holder[key])]);
}
