import type { RegisterOperand } from '@boxer/a64';

/** Registers that a graph names: some as numbers, others as fields of the word. */
export class OperandSet {
  #known = 0;
  readonly #open: RegisterOperand[] = [];

  add(register: RegisterOperand | undefined): void {
    if (!register) throw new TypeError('A node that reads or writes a register has one');
    const { number } = register;
    if (number !== undefined) this.#known |= 1 << number;
    else if (!this.#open.some(({ key }) => key === register.key)) this.#open.push(register);
  }

  /** @returns a bit for each register, in a word of the graph's form */
  in(word: number): number {
    let mask = this.#known;
    for (const register of this.#open) mask |= 1 << register.numberIn(word);
    return mask;
  }
}
