export {
  allowsChange,
  allowsConnect,
  allowsMount,
  allowsVariable,
  assertSupported,
  type Decision,
  type GrantedVariable,
  grantedVariables,
  mountOf,
} from './decisions.ts';
export { BYTES_PER_MIB, limits } from './limits.ts';
export { mergePolicy, type PolicyFlags, resolveHostPaths, variableName } from './merge-policy.ts';
export {
  parseDuration,
  parseEnvFile,
  parseFuel,
  parseMemory,
  parseMount,
  parseSize,
  parseVariable,
} from './parse-flags.ts';
export { parsePolicy } from './parse-policy.ts';
export { defaultPolicy, type Mount, type Policy } from './policy.ts';
export {
  ConnectUnsupportedError,
  PolicyFlagError,
  PolicyInvalidError,
  type PolicyIssue,
} from './policy-error.ts';
