import type { CodeReader } from './code-reader.ts';
import { type Control, decodeInstruction, GuestInstruction } from './decode-instruction.ts';
import type { RegionOptions } from './region.ts';

/** Instructions of a function that is executed in place of a call, at most. */
const MOST_INSTRUCTIONS = 8;
const LINK = 30;

const INTO: Control = { type: 'into' };

const withControl = ({ pc, word, form }: GuestInstruction, control: Control) =>
  new GuestInstruction(pc, word, form, control);

/** Whether an instruction leaves X30 to the one that ends its function. */
const keepsLink = ({ control, writes }: GuestInstruction) =>
  control.type === 'next' && ((writes.general >>> LINK) & 1) === 0;

/** How the last instruction of a function in place goes on: it was called with X30 = `site`. */
function endingOf({ control, word }: GuestInstruction, site: number): Control | undefined {
  switch (control.type) {
    case 'return':
      return ((word >>> 5) & 31) === LINK ? { type: 'branch', target: site, conditional: false } : undefined;
    case 'jump':
      return { type: 'call', target: undefined, site };
    case 'branch':
      return control.conditional ? undefined : { type: 'call', target: control.target, site };
    default:
      return undefined;
  }
}

/**
 * The instructions that take the place of a call, for callees that are short and go straight on: entries of a library's table of
 * functions elsewhere, which merely jump there, and functions that only read something. Those are called so often that
 * calling took longer than what they do.
 *
 * @returns the call and its callee's instructions, at their own addresses; undefined when it is not such a callee
 */
export function inPlaceOf(
  reader: CodeReader,
  call: GuestInstruction,
  { isReached }: RegionOptions,
): GuestInstruction[] | undefined {
  const { control } = call;
  if (control.type !== 'call' || control.target === undefined) return undefined;
  const instructions = [withControl(call, INTO)];
  for (let pc = control.target; instructions.length <= MOST_INSTRUCTIONS; pc += 4) {
    const word = (isReached?.(pc) ?? true) ? reader.word(pc) : undefined;
    if (word === undefined) return undefined;
    const instruction = decodeInstruction(pc, word);
    if (keepsLink(instruction)) {
      instructions.push(instruction);
      continue;
    }
    const ending = endingOf(instruction, control.site);
    return ending && [...instructions, withControl(instruction, ending)];
  }
  return undefined;
}
