/** What uname(2) says. */
export const OPERATING_SYSTEM: string = 'Linux';
export const RELEASE: string = '6.12.0-boxer';
export const VERSION: string = '#1 SMP Boxer';
export const MACHINE: string = 'aarch64';

let name: string = 'boxer';

export function hostname(): string {
  return name;
}

export function setHostname(to: string): void {
  name = to;
}
