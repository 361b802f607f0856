import { formatPlatform } from '../platform/platform.ts';
import type { ExternalBase } from './build-plan.ts';

/** Equal for bases that need to be fetched only once. */
export function baseKey(base: ExternalBase): string {
  const name = base.kind === 'image' ? base.reference : base.name;
  return `${base.kind} ${name} ${formatPlatform(base.platform)}`;
}
