export { type AuditEvent, MAX_VALUE_LENGTH } from './audit/audit.ts';
export {
  AddressSpaceError,
  BoxTrapError,
  ComponentLinkError,
  MountUnavailableError,
  RunnerNotBuiltError,
} from './errors.ts';
export type { EndReason } from './guest-job.ts';
export type { HostFs, HostStats } from './host-files/host-fs.ts';
export { BoxFailedError, runBox } from './run-box.ts';
export { translatorDigest } from './code/plan-code.ts';
export type { ReachedPage, ReachedPages } from './code/reached-pages.ts';
export { runBoxSync, type RunSyncOptions } from './run-box-sync.ts';
export type { OpenRange, ScatteredPayload } from './link/payload-file.ts';
export type { Input, JitMode, Output, RunOptions, RunResult, StartOptions } from './run-options.ts';
