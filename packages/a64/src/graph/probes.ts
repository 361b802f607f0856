import type { Access } from '../machine.ts';
import type { Node } from './node.ts';

/** A stretch of memory whose permission was checked. */
export interface Probe {
  readonly address: Node;
  readonly bytes: number;
  readonly access: Access;
}

/** Splits `base + constant`. */
function splitAddress(address: Node): { base: Node; offset: bigint } {
  const [base, offset] = address.args;
  if (address.op === 'add' && base && offset?.isConstant)
    return { base, offset: BigInt.asIntN(64, offset.value) };
  return { base: address, offset: 0n };
}

/** @returns the probe that covers an access, and the access's distance from the probed address */
export function probeCovering(
  probes: readonly Probe[],
  address: Node,
  bytes: number,
  access: Access,
): { probe: Probe; distance: number } | undefined {
  const wanted = splitAddress(address);
  for (const probe of probes) {
    if (access === 'write' && probe.access !== 'write') continue;
    const known = probe.address === address ? wanted : splitAddress(probe.address);
    // The probed address itself may be the base of the sum.
    const direct = wanted.base === probe.address ? wanted.offset : undefined;
    const distance = direct ?? (known.base === wanted.base ? wanted.offset - known.offset : undefined);
    if (distance !== undefined && distance >= 0n && distance + BigInt(bytes) <= BigInt(probe.bytes)) {
      return { probe, distance: Number(distance) };
    }
  }
  return undefined;
}
