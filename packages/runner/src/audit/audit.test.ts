import { Audit, type AuditEvent, MAX_VALUE_LENGTH } from './audit.ts';

describe('the audit log', () => {
  it('records what happened, once for repeats in a row, with values cut', () => {
    const events: AuditEvent[] = [];
    const audit = new Audit((event) => events.push(event));
    audit.granted('open', '/data/a');
    audit.granted('open', '/data/a');
    audit.refused('path', 'x'.repeat(10_000), { why: 'y'.repeat(10_000) });
    audit.granted('open', '/data/a');
    expect(events.map(({ outcome, action }) => `${outcome} ${action}`)).toEqual([
      'granted open',
      'refused path',
      'granted open',
    ]);
    expect(events[1]?.subject).toHaveLength(MAX_VALUE_LENGTH + 1);
    expect(JSON.stringify(events[1]).length).toBeLessThan(1000);
    expect(Number.isNaN(Date.parse(events[0]?.time ?? ''))).toBe(false);
  });
});
