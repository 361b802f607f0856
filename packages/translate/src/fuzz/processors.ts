/** The processors that qemu imitates, as its option `-cpu` names them. */
export const processors = {
  /** Without pointer authentication, whose hints are NOPs in the table, and without vectors longer than ours. */
  max: 'max,pauth=off,sve=off,sme=off',
  /** Armv8.0. */
  'cortex-a57': 'cortex-a57',
  /** What our identification registers describe. */
  'neoverse-n1': 'neoverse-n1',
} as const;
export type Processor = keyof typeof processors;
