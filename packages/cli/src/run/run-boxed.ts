import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@boxer/foundation';
import { type JitMode, runBox } from '@boxer/runner';
import { UsageError } from '../errors/usage-error.ts';
import { createFlagFile } from './flag-file.ts';
import { describeEnd } from './describe-end.ts';
import type { RunArguments } from './parse-run-arguments.ts';
import { policyOf } from './policy-of.ts';

/**
 * Runs a box with this process's standard streams.
 *
 * @returns the exit code
 */
export async function runBoxed(request: RunArguments): Promise<number> {
  const tty = request.on('tty');
  if (tty && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new UsageError('run', 'the input device is not a TTY: leave out -t');
  }
  const policy = await policyOf(request);
  const entrypoint = request.value('entrypoint');
  const workdir = request.value('workdir');
  const user = request.value('user');
  const auditPath = request.value('audit');
  const audit = auditPath === undefined ? undefined : createFlagFile('--audit', auditPath);
  try {
    const result = await runBox({
      componentPath: request.image,
      policy,
      args: request.command,
      // As in Docker, an empty entrypoint drops the image's.
      ...(entrypoint === undefined ? {} : { entrypoint: entrypoint === '' ? [] : [entrypoint] }),
      ...(workdir === undefined ? {} : { workdir }),
      ...(user === undefined ? {} : { user }),
      ...(audit === undefined ? {} : { audit }),
      jit: jitOf(request.value('jit') ?? process.env['BOXER_JIT']),
      packs: packsOf(process.env['BOXER_PACKS']),
      strace: request.on('strace'),
      stdin: request.on('interactive') ? 0 : 'empty',
      stdout: 1,
      stderr: 2,
      tty,
      forwardSignals: true,
      ownDirectories: [cacheDirectory()],
      ...(process.env['BOXER_CODE_CACHE'] === 'off'
        ? {}
        : { codeCacheDirectory: join(cacheDirectory(), 'code') }),
    });
    const complaint = describeEnd(result, policy);
    if (complaint !== undefined) process.stderr.write(`error: ${complaint}\n`);
    return result.exitCode;
  } finally {
    if (audit !== undefined) closeSync(audit);
  }
}

/** `force` is for tests. */
function packsOf(text: string | undefined): boolean | 'force' {
  return text === 'force' ? text : text !== 'off';
}

/** @throws {@link UsageError} for anything but on, off and auto; `force` is for tests */
function jitOf(text = 'auto'): JitMode {
  if (text === 'on' || text === 'off' || text === 'auto' || text === 'force') return text;
  throw new UsageError('run', `invalid value ${JSON.stringify(text)} for --jit: write on, off or auto`);
}
