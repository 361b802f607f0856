import { PAGE_SIZE_BYTES } from '@boxer/abi';
import { deserialize, serialize } from 'node:v8';
import type { ProfiledPage, TranslatorRequest } from '../jit/messages.ts';

const BITS_BYTES = PAGE_SIZE_BYTES / 4 / 8;
const NO_STRETCH = -1;
const noBits = new Uint8Array(BITS_BYTES);

/** A request in few arrays: writing thousands takes ten times as long. Pages of code come first. */
interface FlatRequest {
  readonly leastSamples: number;
  readonly numbers: Uint32Array;
  readonly permissions: Uint8Array;
  readonly bytes: Uint8Array;
  /** Of pages of code, as are those below. */
  readonly stretches: Int32Array;
  readonly bits: Uint8Array;
  readonly samples: Uint8Array;
  readonly translated: Uint8Array;
}

export function encodeRequest({ leastSamples, pages }: TranslatorRequest): Uint8Array {
  const code = pages.flatMap(({ stretch = NO_STRETCH, bits, samples, translated = noBits }) =>
    bits && samples ? [{ stretch, bits, samples: bytesOf(samples), translated }] : [],
  );
  const ordered = [...pages.filter(isCode), ...pages.filter((page) => !isCode(page))];
  const flat: FlatRequest = {
    leastSamples,
    numbers: Uint32Array.from(ordered, ({ number }) => number),
    permissions: Uint8Array.from(ordered, ({ permissions }) => permissions),
    bytes: Buffer.concat(ordered.map(({ bytes }) => bytes)),
    stretches: Int32Array.from(code, ({ stretch }) => stretch),
    bits: Buffer.concat(code.map(({ bits }) => bits)),
    samples: Buffer.concat(code.map(({ samples }) => samples)),
    translated: Buffer.concat(code.map(({ translated }) => translated)),
  };
  return serialize(flat);
}

const isCode = ({ bits, samples }: ProfiledPage) => bits !== undefined && samples !== undefined;

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

export function decodeRequest(file: Uint8Array): TranslatorRequest {
  const flat = deserialize(file) as FlatRequest;
  const part = (all: Uint8Array, i: number, size: number) => all.slice(i * size, (i + 1) * size);
  const pages = Array.from(flat.numbers, (number, i): ProfiledPage => {
    const bytes = part(flat.bytes, i, PAGE_SIZE_BYTES);
    const page = { number, permissions: flat.permissions[i] ?? 0, bytes: Uint8Array.from(bytes) };
    const stretch = flat.stretches[i];
    if (stretch === undefined) return page;
    return {
      ...page,
      ...(stretch === NO_STRETCH ? {} : { stretch }),
      bits: part(flat.bits, i, BITS_BYTES),
      samples: new Uint32Array(Uint8Array.from(part(flat.samples, i, PAGE_SIZE_BYTES)).buffer),
      translated: part(flat.translated, i, BITS_BYTES),
    };
  });
  return { id: 0, leastSamples: flat.leastSamples, pages };
}
