import { readComponent } from './read/read-component.ts';
import type { ComponentMetadata, PartRole } from './metadata.ts';

/** What `boxer inspect` shows. */
export interface ComponentSummary {
  readonly path: string;
  readonly sizeBytes: number;
  readonly parts: readonly { readonly role: PartRole | 'links and metadata'; readonly sizeBytes: number }[];
  /** Interfaces that the component imports. */
  readonly imports: readonly string[];
  readonly metadata: ComponentMetadata;
}

/**
 * Reads what a component says about itself.
 *
 * @throws {@link ComponentInvalidError} or {@link ComponentUnreadableError}
 */
export function inspectComponent(path: string): ComponentSummary {
  const { sizeBytes, imports, metadata } = readComponent(path);
  const sizes = new Map<PartRole, number>();
  for (const part of metadata.parts) sizes.set(part.role, (sizes.get(part.role) ?? 0) + part.sizeBytes);
  const parts = [...sizes].map(([role, bytes]) => ({ role, sizeBytes: bytes }));
  const known = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  return {
    path,
    sizeBytes,
    parts: [...parts, { role: 'links and metadata', sizeBytes: sizeBytes - known }],
    imports,
    metadata,
  };
}
