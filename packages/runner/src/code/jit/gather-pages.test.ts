import { GUEST_BIAS, pagePermissions, PERMISSIONS_AT } from '@boxer/abi';
import { GuestCode } from '../guest-code.ts';
import { PackLibrary } from '../pack-library.ts';
import { ProcessCode } from '../process-code.ts';
import { choosePages, copyPages, type HotPages, hotPages as hotPagesInSteps } from './gather-pages.ts';
import { Profile } from './profile.ts';
import type { Steps } from './steps.ts';

const { read, write, execute } = pagePermissions;
const CODE = read | execute;
const NOP = 0xd503_201f;
/** `adrp x0, .+0x3000`, `adrp x0, .-0x1000`, `adr x0, .+0x1000`. @source Arm ARM DDI 0487, "ADR", "ADRP": immhi:immlo */
const ADRP_3 = 0xf000_0000;
const ADRP_MINUS_1 = 0xf0ff_ffe0;
const ADR_1 = 0x1000_8000;

function whole<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const hotPages = (process: ProcessCode, profile: Profile, leastSamples: number) =>
  whole(hotPagesInSteps(process, profile, leastSamples));

const gatherPages = (process: ProcessCode, profile: Profile, hot: HotPages) =>
  copyPages(process.guest, whole(choosePages(process, profile, hot.pages)));

/** A process with such pages of code (their words) and other pages (their permissions), all code of which was executed. */
function processWith(
  code: Readonly<Record<number, readonly number[]>>,
  others: Readonly<Record<number, number>>,
) {
  const memory = new WebAssembly.Memory({ initial: GUEST_BIAS / 65536 + 64 });
  const exports = { code: new WebAssembly.Table({ initial: 1, element: 'anyfunc' }) };
  const library = new PackLibrary(undefined, { packCame: () => undefined, catalogueCame: () => undefined });
  const process = new ProcessCode(new GuestCode(memory, exports, {}), library);
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  for (const [page, permissions] of Object.entries(others))
    bytes[PERMISSIONS_AT + Number(page)] = permissions;
  for (const [page, words] of Object.entries(code)) {
    bytes[PERMISSIONS_AT + Number(page)] = CODE;
    words.forEach((word, i) => view.setUint32(GUEST_BIAS + Number(page) * 4096 + 4 * i, word, true));
    // Pages with equal hashes would share their samples.
    view.setUint32(GUEST_BIAS + Number(page) * 4096 + 4092, Number(page), true);
    process.codePage(Number(page));
  }
  const profile = new Profile();
  const sample = (page: number, word: number, times: number) => {
    profile.add(
      process,
      Array.from({ length: times }, () => page * 4096 + 4 * word),
    );
    const bits = profile.of(process.hashOf(page))?.bits;
    bits?.fill(0xff, 0, Math.ceil((code[page]?.length ?? 0) / 8));
  };
  return { process, profile, sample };
}

describe('the pages that are sent to the translator', () => {
  it('are those in which something was sampled often, and what lies beside them', () => {
    const { process, profile, sample } = processWith({ 32: [NOP], 33: [NOP], 34: [NOP], 35: [NOP] }, {});
    sample(33, 0, 3);
    sample(35, 0, 2);
    const hot = hotPages(process, profile, 3);
    expect(hot.samples).toBe(3);
    expect(hot.pages.map(({ page }) => page)).toEqual([33]);
    const pages = gatherPages(process, profile, hot);
    expect(pages.map(({ number, stretch }) => [number, stretch])).toEqual([
      [32, 0],
      [33, 0],
      [34, 0],
    ]);
    expect(pages[1]?.samples?.[0]).toBe(3);
    expect(pages[1]?.bytes.length).toBe(4096);
  });

  it('are divided where something else lies between code', () => {
    const { process, profile, sample } = processWith(
      { 32: [NOP], 40: [NOP], 60: [NOP], 80: [NOP] },
      { 45: CODE, 50: read, 70: 0 },
    );
    for (const page of [32, 40, 60, 80]) sample(page, 0, 3);
    const pages = gatherPages(process, profile, hotPages(process, profile, 3));
    expect(pages.map(({ number, stretch }) => [number, stretch])).toEqual([
      [32, 0],
      [40, 0],
      [60, 1],
      [80, 1],
    ]);
  });

  it('come with pages that code computes addresses in, unless they may be written', () => {
    const { process, profile, sample } = processWith(
      { 32: [ADRP_3, ADRP_MINUS_1, ADR_1] },
      { 31: read, 33: read | write, 34: read, 35: read, 36: read, 37: read },
    );
    sample(32, 0, 3);
    const pages = gatherPages(process, profile, hotPages(process, profile, 3));
    // 35 and 31 by ADRP, 34 and 36 behind what was found; 33 may be written.
    expect(pages.map(({ number }) => number).sort((a, b) => a - b)).toEqual([31, 32, 34, 35, 36]);
    expect(pages.filter(({ stretch }) => stretch !== undefined).map(({ number }) => number)).toEqual([32]);
  });
});
