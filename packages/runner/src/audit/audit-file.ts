import { writeSync } from 'node:fs';
import type { AuditEvent } from './audit.ts';

/** Writes an event as one line of JSON. */
export function appendAudit(fd: number, event: AuditEvent): void {
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  for (let done = 0; done < line.length;) done += writeSync(fd, line, done);
}
