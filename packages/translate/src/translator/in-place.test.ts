import { decodeInstruction } from './decode-instruction.ts';
import { inPlaceOf } from './in-place.ts';

const CALL_AT = 0x1_0000;
const CALLEE_AT = 0x1_0100;
/** `bl 0x10100` */
const BL = 0x9400_0040;
const NOP = 0xd503_201f;
const RET = 0xd65f_03c0;
/** `br x17` */
const BR_X17 = 0xd61f_0220;
/** `b 0x10200`, where the callee's second instruction stands */
const B = 0x1400_003f;
/** `cbz x0, .` */
const CBZ = 0xb400_0000;
/** `mov x30, x0` */
const MOV_LINK = 0xaa00_03fe;
/** `ret x1` */
const RET_X1 = 0xd65f_0020;
const SVC = 0xd400_0001;

function inPlace(callee: readonly number[], reached = callee.length): string[] | undefined {
  const reader = { word: (pc: number) => callee[(pc - CALLEE_AT) / 4], data: () => undefined };
  const call = decodeInstruction(CALL_AT, BL);
  return inPlaceOf(reader, call, { isReached: (pc) => pc < CALLEE_AT + 4 * reached })?.map(
    ({ pc, control }) => `${pc.toString(16)} ${JSON.stringify(control)}`,
  );
}

// Oracle: A64, where BL sets X30 to the address behind it, and RET goes to X30.
describe('callees in place of a call', () => {
  it('return by going on behind the call', () => {
    expect(inPlace([NOP, RET])).toEqual([
      '10000 {"type":"into"}',
      '10100 {"type":"next"}',
      '10104 {"type":"branch","target":65540,"conditional":false}',
    ]);
  });

  it('call what they jump to, which comes back behind the call', () => {
    expect(inPlace([NOP, BR_X17])?.at(-1)).toBe('10104 {"type":"call","site":65540}');
    expect(inPlace([NOP, B])?.at(-1)).toBe('10104 {"type":"call","target":66048,"site":65540}');
  });

  it.each([
    ['branch', [CBZ, RET]],
    ['write X30', [MOV_LINK, RET]],
    ['return elsewhere', [NOP, RET_X1]],
    ['make system calls', [SVC, RET]],
    ['are long', [...Array.from({ length: 8 }, () => NOP), RET]],
    ['are not there', []],
  ])('are not such that %s', (_, callee) => {
    expect(inPlace(callee)).toBeUndefined();
  });

  it('are not such that were executed in part only', () => {
    expect(inPlace([NOP, RET], 1)).toBeUndefined();
  });
});
