import type { ComponentLayout } from '@boxer/component';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { StartOptions } from '../run-options.ts';
import type { CodePlan } from './box-code.ts';
import { jitThresholds } from './jit/thresholds.ts';
import type { CodeSources } from './supply/code-supply.ts';

/** Set by the bundler: digest of what finds hot code and translates it, since another one makes other code of the same. */
declare const BOXER_TRANSLATOR: string | undefined;

/** Set by the bundler: digest of the process module that the translator makes code for. */
declare const BOXER_ENGINE: string | undefined;

/** @returns what differs when the translator or its training does; undefined when run from sources that were never bundled */
export function translatorDigest(): string | undefined {
  return typeof BOXER_TRANSLATOR === 'string' ? BOXER_TRANSLATOR : undefined;
}

/** A second, which is what V8 takes to compile what a program is translated to. */
const WARM_UP_INSTRUCTIONS = 1e9;

/** Five milliseconds, twice of what bash's packs need to be put into a process. */
const PATIENCE_INSTRUCTIONS = 2e6;

/** What of a box's code is translated, and where packs come from. */
export interface PlannedCode {
  readonly plan: CodePlan | undefined;
  /** For the supplier at the other end of `plan.supply`. */
  readonly supply: { readonly port: MessagePort; readonly sources: CodeSources } | undefined;
}

/** @param withSupply - whether there is a thread to supply packs */
export function planCode(options: StartOptions, layout: ComponentLayout, withSupply: boolean): PlannedCode {
  const jit = options.training || !isOurs(layout) ? 'off' : (options.jit ?? 'off');
  const code = options.packs === false || options.training ? [] : layout.code;
  if (jit === 'off' && code.length === 0) return { plan: undefined, supply: undefined };
  const cacheFolder = jit === 'off' || jit === 'force' ? undefined : cacheFolderOf(options, layout);
  const waitsForPacks = options.packs === 'force';
  const isEager = jit === 'on' || jit === 'force' || waitsForPacks;
  const hasSources = withSupply && (code.length > 0 || cacheFolder !== undefined);
  const channel = hasSources ? new MessageChannel() : undefined;
  return {
    plan: {
      supply: channel?.port1,
      jit: jit === 'off' ? undefined : jitThresholds(jit, availableParallelism()),
      warmUpInstructions: isEager ? 0 : WARM_UP_INSTRUCTIONS,
      patienceInstructions: isEager ? 0 : PATIENCE_INSTRUCTIONS,
      waitsForPacks,
      cacheFolder,
    },
    supply: channel && {
      port: channel.port2,
      sources: { componentPath: layout.path, code, cacheFolder },
    },
  };
}

/** @returns the digest of a component's process module */
function engineOf({ metadata }: ComponentLayout): string | undefined {
  return metadata.parts.find(({ role }) => role === 'process')?.digest;
}

/** Whether the component has the process module that the translator makes code for; older components have others. */
function isOurs(layout: ComponentLayout): boolean {
  return typeof BOXER_ENGINE === 'string' && engineOf(layout) === BOXER_ENGINE;
}

/** Packs fit one version of the translator and one of the process module only. */
function cacheFolderOf({ codeCacheDirectory }: StartOptions, layout: ComponentLayout): string | undefined {
  const engine = engineOf(layout);
  const translator = translatorDigest();
  if (codeCacheDirectory === undefined || engine === undefined || translator === undefined) return undefined;
  const key = createHash('sha256').update(`${translator} ${engine}`).digest('hex');
  return join(codeCacheDirectory, 'packs', key.slice(0, 32));
}
