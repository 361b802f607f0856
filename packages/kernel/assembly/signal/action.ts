import { NSIG } from '../linux/signal';

/** What a process does about a signal: struct sigaction. */
export class SignalAction {
  constructor(
    /** SIG_DFL, SIG_IGN or a guest address. */
    public handler: u64 = 0,
    public flags: u64 = 0,
    public restorer: u64 = 0,
    public mask: u64 = 0,
  ) {}
}

export function defaultActions(): SignalAction[] {
  const actions: SignalAction[] = [];
  for (let i = 0; i < NSIG; i++) actions.push(new SignalAction());
  return actions;
}

export function copyActions(from: SignalAction[]): SignalAction[] {
  const actions: SignalAction[] = [];
  for (let i = 0; i < NSIG; i++) {
    const a = from[i];
    actions.push(new SignalAction(a.handler, a.flags, a.restorer, a.mask));
  }
  return actions;
}
