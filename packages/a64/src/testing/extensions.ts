import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mnemonicOf } from './comparison.ts';

const ASSEMBLER = 'aarch64-linux-gnu-as';

/** A feature of the architecture, by what the GNU assembler must be told to accept its instructions. */
interface Extension {
  readonly name: string;
  readonly march: string;
}

/** In this order: the first that accepts an instruction is its extension. */
const extensions: readonly Extension[] = [
  { name: 'Armv8.0-A', march: 'armv8-a+lse' },
  { name: 'RDM', march: 'armv8-a+rdma' },
  { name: 'FP16', march: 'armv8-a+fp16' },
  { name: 'Armv8.2-A', march: 'armv8.2-a' },
  { name: 'DotProd', march: 'armv8.2-a+dotprod' },
  { name: 'SHA3, SHA512', march: 'armv8.2-a+sha3' },
  { name: 'SM3, SM4', march: 'armv8.2-a+sm4' },
  { name: 'FHM', march: 'armv8.2-a+fp16fml' },
  { name: 'BF16', march: 'armv8.2-a+bf16' },
  { name: 'I8MM', march: 'armv8.2-a+i8mm' },
  { name: 'LRCPC', march: 'armv8-a+rcpc' },
  { name: 'FCMA', march: 'armv8-a+compnum' },
  { name: 'PAuth', march: 'armv8-a+pauth' },
  { name: 'Armv8.3-A', march: 'armv8.3-a' },
  { name: 'FlagM', march: 'armv8-a+flagm' },
  { name: 'Armv8.4-A (LRCPC2 and others)', march: 'armv8.4-a' },
  { name: 'Armv8.5-A (FRINTTS and others)', march: 'armv8.5-a' },
  { name: 'MTE', march: 'armv8.5-a+memtag' },
  { name: 'Armv8.6-A', march: 'armv8.6-a' },
  { name: 'LS64', march: 'armv8.7-a+ls64' },
  { name: 'HBC', march: 'armv8-a+hbc' },
  { name: 'CSSC', march: 'armv8-a+cssc' },
  { name: 'MOPS', march: 'armv8.5-a+mops+memtag' },
  { name: 'TME', march: 'armv8-a+tme' },
  { name: 'SVE', march: 'armv8.2-a+sve+f32mm+f64mm' },
  { name: 'SVE2', march: 'armv8.5-a+sve2+sve2-aes+sve2-sm4+sve2-sha3+sve2-bitperm+bf16+i8mm' },
  { name: 'SME', march: 'armv8.6-a+sme+sme-f64+sme-i64' },
  { name: 'Armv8-R', march: 'armv8-r' },
];

/**
 * Tells which extension instructions belong to.
 *
 * @param texts - assembly, one instruction each
 * @returns the extension's name by text; texts that the assembler accepts nowhere are taken for what others with their
 *   mnemonic are, or left out
 */
export function extensionsOf(texts: readonly string[]): Map<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'boxer-a64-'));
  const result = new Map<string, string>();
  try {
    let rest = texts;
    for (const { name, march } of extensions) {
      const refused = refusedBy(march, rest, path.join(folder, 'source.s'));
      rest.forEach((text, line) => void (refused.has(line) || result.set(text, name)));
      rest = rest.filter((_, line) => refused.has(line));
    }
    const byMnemonic = new Map([...result].map(([text, name]) => [mnemonicOf(text), name]));
    for (const text of rest) {
      const name = byMnemonic.get(mnemonicOf(text));
      if (name !== undefined) result.set(text, name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return result;
}

/** Indexes of the texts that the assembler refuses. */
function refusedBy(march: string, texts: readonly string[], file: string): Set<number> {
  // A target far away from the source's only section is out of a branch's range.
  const source = texts.map((text) => text.replace(/^(bc?\.\w+) 0x[\da-f]+$/, '$1 .'));
  writeFileSync(file, `${source.join('\n')}\n`);
  const { stderr, error } = spawnSync(ASSEMBLER, [`-march=${march}`, file, '-o', '/dev/null'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  const lines = [...stderr.matchAll(/:(\d+): Error/g)].map(([, line]) => Number(line) - 1);
  if (stderr.includes('Error') && lines.length === 0)
    throw new Error(`${ASSEMBLER} -march=${march}: ${stderr}`);
  return new Set(lines);
}
