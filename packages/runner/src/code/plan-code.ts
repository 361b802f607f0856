import type { ComponentLayout } from '@boxer/component';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { JitMode, StartOptions } from '../run-options.ts';
import type { CodePlan } from './box-code.ts';
import type { JitThresholds } from './jit/thresholds.ts';
import type { CodeSources } from './supply/code-supply.ts';

/** Set by the bundler: digest of what finds hot code and translates it, since another one makes other code of the same. */
declare const BOXER_TRANSLATOR: string | undefined;

const auto = {
  startAfter: 400e6,
  sampledInstructions: 400e6,
  sampleDistance: 20_000,
  watchDistance: 500_000,
  watchSamples: 100,
  leastShare: 0.1,
  leastSamples: 8,
  restInstructions: 800e6,
  mostRounds: 16,
} as const satisfies JitThresholds;

const thresholds: Record<Exclude<JitMode, 'off'>, JitThresholds> = {
  auto,
  on: { ...auto, startAfter: 0, sampledInstructions: 50e6, sampleDistance: 2000, leastSamples: 2 },
  force: {
    ...auto,
    startAfter: 0,
    sampledInstructions: 50_000,
    sampleDistance: 1000,
    watchDistance: 1000,
    watchSamples: 1,
    leastShare: 0,
    leastSamples: 1,
    restInstructions: 0,
    mostRounds: Infinity,
    isForced: true,
  },
};

/** @returns what differs when the translator or its training does; undefined when run from sources that were never bundled */
export function translatorDigest(): string | undefined {
  return typeof BOXER_TRANSLATOR === 'string' ? BOXER_TRANSLATOR : undefined;
}

/** A second, which is what V8 takes to compile what a program is translated to. */
const WARM_UP_INSTRUCTIONS = 1e9;

/** What of a box's code is translated, and where packs come from. */
export interface PlannedCode {
  readonly plan: CodePlan | undefined;
  /** For the supplier at the other end of `plan.supply`. */
  readonly supply: { readonly port: MessagePort; readonly sources: CodeSources } | undefined;
}

/** @param withSupply - whether there is a thread to supply packs */
export function planCode(options: StartOptions, layout: ComponentLayout, withSupply: boolean): PlannedCode {
  const jit = options.training ? 'off' : (options.jit ?? 'off');
  const code = options.packs === false || options.training ? [] : layout.code;
  if (jit === 'off' && code.length === 0) return { plan: undefined, supply: undefined };
  const cacheFolder = jit === 'off' || jit === 'force' ? undefined : cacheFolderOf(options, layout);
  const hasSources = withSupply && (code.length > 0 || cacheFolder !== undefined);
  const channel = hasSources ? new MessageChannel() : undefined;
  return {
    plan: {
      supply: channel?.port1,
      jit: jit === 'off' ? undefined : thresholds[jit],
      warmUpInstructions: jit === 'on' || jit === 'force' ? 0 : WARM_UP_INSTRUCTIONS,
      cacheFolder,
    },
    supply: channel && {
      port: channel.port2,
      sources: { componentPath: layout.path, code, cacheFolder },
    },
  };
}

/** Packs fit one version of the translator and one of the process module only. */
function cacheFolderOf({ codeCacheDirectory }: StartOptions, layout: ComponentLayout): string | undefined {
  const engine = layout.metadata.parts.find(({ role }) => role === 'process')?.digest;
  const translator = translatorDigest();
  if (codeCacheDirectory === undefined || engine === undefined || translator === undefined) return undefined;
  const key = createHash('sha256').update(`${translator} ${engine}`).digest('hex');
  return join(codeCacheDirectory, 'packs', key.slice(0, 32));
}
