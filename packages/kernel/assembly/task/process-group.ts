import { allGroups } from './registry';
import { ThreadGroup } from './thread-group';

/** Whether any live process is in a process group of that session. */
export function processGroupExists(pgid: i32, sessionId: i32): bool {
  const groups = allGroups();
  for (let i = 0; i < groups.length; i++) {
    if (groups[i].pgid == pgid && groups[i].session.id == sessionId) return true;
  }
  return false;
}

/**
 * Whether no member's parent is in another process group of the same session: nobody would continue it after a stop.
 */
export function isOrphaned(member: ThreadGroup): bool {
  const groups = allGroups();
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if (group.pgid != member.pgid || group.ended) continue;
    const parent = group.parent;
    if (parent != null && parent.pgid != member.pgid && parent.session === member.session) return false;
  }
  return true;
}
