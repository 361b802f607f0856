import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';

const PROTOCOLS = new Set(['tcp', 'udp', 'sctp']);

/** The parts of `[ip:][hostPort:]containerPort[/protocol]`. */
export interface PortSpec {
  readonly ip: string;
  readonly hostPort: string;
  readonly containerPort: string;
  /** As written; empty when not given. */
  readonly protocol: string;
}

/** Splits a port specification at its colons and slash. Nothing is checked. */
export function splitPortSpec(spec: string): PortSpec {
  const parts = spec.split(':');
  const last = parts.at(-1) ?? '';
  const slash = last.indexOf('/');
  return {
    ip: parts.slice(0, -2).join(':'),
    hostPort: parts.length > 1 ? (parts.at(-2) ?? '') : '',
    containerPort: slash === -1 ? last : last.slice(0, slash),
    protocol: slash === -1 ? '' : last.slice(slash + 1),
  };
}

/**
 * Lists the ports that a specification exposes.
 *
 * @returns `port/protocol`, one for each port of a range
 * @throws {@link DockerfileError} when the specification is malformed
 * @source buildkit, frontend/dockerfile/dockerfile2llb/convert_expose.go
 */
export function exposedPorts(spec: string): readonly string[] {
  const { ip, hostPort, containerPort, protocol } = splitPortSpec(spec);
  if (containerPort === '') throw fail(`invalid port: ${goQuote(spec)}: no port specified`);
  const lowerCase = protocol === '' ? 'tcp' : protocol.toLowerCase();
  if (!PROTOCOLS.has(lowerCase)) throw fail(`invalid proto: ${lowerCase}`);
  checkIp(ip);

  const container = portRange(containerPort);
  if (container === undefined) throw fail(`invalid containerPort: ${containerPort}`);
  if (hostPort !== '') checkHostPorts(hostPort, containerPort, container);
  const count = container.end - container.start + 1;
  return Array.from({ length: count }, (_, offset) => `${container.start + offset}/${lowerCase}`);
}

interface PortRange {
  readonly start: number;
  readonly end: number;
}

function checkIp(text: string): void {
  if (text === '') return;
  const bracketed = /^\[([^[\]]*)\]$/.exec(text);
  if (text.startsWith('[') && bracketed === null)
    throw fail(`invalid IP address ${text}: missing ']' in address`);
  const ip = bracketed?.[1] ?? text;
  if (!isIpAddress(ip)) throw fail(`invalid IP address: ${ip}`);
}

function isIpAddress(text: string): boolean {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)) return true;
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}

function checkHostPorts(hostPort: string, containerPort: string, container: PortRange): void {
  const host = portRange(hostPort);
  if (host === undefined) throw fail(`invalid hostPort: ${hostPort}`);
  // Several host ports for one container port mean: any of them.
  const isRange = container.end !== container.start;
  if (isRange && container.end - container.start !== host.end - host.start) {
    throw fail(`invalid ranges specified for container and host Ports: ${containerPort} and ${hostPort}`);
  }
}

function portRange(text: string): PortRange | undefined {
  const [first = '', last = first, ...more] = text.split('-');
  const start = port(first);
  const end = port(last);
  if (start === undefined || end === undefined || more.length > 0 || end < start) return undefined;
  return { start, end };
}

function port(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const number = Number(text);
  return number <= 65_535 ? number : undefined;
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_VALUE', message);
}
