import { formatDuration } from '../gotext/duration.ts';
import type { HealthcheckInstruction } from '../instructions/healthcheck.ts';
import type { Healthcheck } from './image-config.ts';

/** The healthcheck as stored in the image config; defaults are left out. */
export function healthcheckConfig(instruction: HealthcheckInstruction): Healthcheck {
  const { test, interval, timeout, startPeriod, startInterval, retries } = instruction;
  return {
    Test: test,
    ...(interval === 0n ? {} : { Interval: Number(interval) }),
    ...(timeout === 0n ? {} : { Timeout: Number(timeout) }),
    ...(startPeriod === 0n ? {} : { StartPeriod: Number(startPeriod) }),
    ...(startInterval === 0n ? {} : { StartInterval: Number(startInterval) }),
    ...(retries === 0 ? {} : { Retries: retries }),
  };
}

/** The healthcheck as it appears in the image's history, which is Go's form of a struct. */
export function healthcheckHistory(instruction: HealthcheckInstruction): string {
  const { test, interval, timeout, startPeriod, startInterval, retries } = instruction;
  const fields = [
    `Test:[${test.join(' ')}]`,
    `Interval:${formatDuration(interval)}`,
    `Timeout:${formatDuration(timeout)}`,
    `StartPeriod:${formatDuration(startPeriod)}`,
    `StartInterval:${formatDuration(startInterval)}`,
    `Retries:${retries}`,
  ];
  return `{${fields.join(' ')}}`;
}
