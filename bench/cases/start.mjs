/** How long `boxer run` takes as a whole: a static program that does nothing, alone and beside 400 MB of payload. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { interleaved } from '../support/measure.mjs';
import { boxer, hasCommand, kept, prepare } from '../support/machine.mjs';
import { writeNothing } from '../support/tiny-elf.mjs';

const LARGE_BYTES = 400e6;

export const name = 'start';
export const repetitions = 9;
export const goals = { 'nothing medianMs': 150, 'large medianMs': 300, 'large peakMiB': 250 };

export async function measure(runs) {
  const context = join(kept, 'start');
  mkdirSync(context, { recursive: true });
  writeNothing(join(context, 'nothing'));
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY nothing /nothing\nCMD ["/nothing"]\n');
  writeFileSync(
    join(context, 'Dockerfile.large'),
    'FROM scratch\nCOPY nothing large.bin /\nCMD ["/nothing"]\n',
  );
  const large = join(context, 'large.bin');
  // Random bytes do not compress: the payload has the size of the file.
  if (!existsSync(large)) writeFileSync(large, randomFillSync(Buffer.alloc(LARGE_BYTES)));
  const images = { nothing: join(context, 'nothing.wasm'), large: join(context, 'large.wasm') };
  prepare(boxer('build', context, '-o', images.nothing));
  prepare(boxer('build', context, '-f', join(context, 'Dockerfile.large'), '-o', images.large));
  const commands = {
    node: [process.execPath, '-e', ''],
    nothing: boxer('run', images.nothing),
    large: boxer('run', images.large),
  };
  if (hasCommand('qemu-aarch64-static')) commands.qemu = ['qemu-aarch64-static', join(context, 'nothing')];
  return interleaved(commands, runs);
}
