import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { startCpu } from './cpu.ts';
import type { Crowd } from './crowd.ts';

/** From the moment that a message was due to its arrival, for 99 of 100 deliveries. */
export const SUSTAINABLE_P99_MS = 250;
/** Behind by more than this, a server does not catch up within the trial. */
const HOPELESS_MS = 1_500;
const CHECK_MS = 50;
const LAST_ARRIVALS_MS = 2_000;
/** A server that was asked too much gets so long to deliver what it took. */
const RECOVERY_MS = 30_000;
/** Below this rate the generator has time to wait for the very moment; above it, timers of 1 ms do. */
const EXACT_BELOW = 200;

export interface Trial {
  rate: number;
  /** Everything came, and in time to be waited for. */
  arrived: boolean;
  sustained: boolean;
  /** Not only slow: it fell behind until the trial was given up. */
  hopeless: boolean;
  p50: number;
  p99: number;
  generatorCpu: number;
}

/** Open loop: `rate` messages a second are due for so many seconds, whatever the server does. */
export async function runTrial(crowd: Crowd, rate: number, seconds: number): Promise<Trial> {
  const { ledger } = crowd;
  ledger.latency.clear();
  const refusedBefore = ledger.refused;
  const cpu = startCpu();
  const inTime = await sendAll(crowd, rate, Math.max(1, Math.round(rate * seconds)));
  const generatorCpu = cpu();
  const arrived = inTime && (await crowd.settle(LAST_ARRIVALS_MS));
  const p99 = ledger.latency.percentile(0.99);
  const p50 = ledger.latency.percentile(0.5);
  if (!arrived && !(await crowd.settle(RECOVERY_MS)))
    throw new Error(`${rate.toFixed(0)} messages/s were too many, and it did not recover in 30 s`);
  const sustained = arrived && ledger.refused === refusedBefore && p99 < SUSTAINABLE_P99_MS;
  return {
    rate,
    arrived,
    sustained,
    hopeless: !arrived || p99 > 4 * SUSTAINABLE_P99_MS,
    p50,
    p99,
    generatorCpu,
  };
}

/** False where the server fell so far behind that the rest was not sent. */
async function sendAll(crowd: Crowd, rate: number, total: number): Promise<boolean> {
  const { ledger } = crowd;
  const began = performance.now() + 10;
  const due = (index: number) => began + (index * 1_000) / rate;
  const base = ledger.delivered;
  let nextCheck = began + CHECK_MS;
  for (let index = 0; index < total;) {
    const now = performance.now();
    while (index < total && due(index) <= now) crowd.say(due(index++));
    if (now > nextCheck) {
      nextCheck = now + CHECK_MS;
      crowd.check();
      const arrivedMessages = (ledger.delivered - base) / crowd.perMessage;
      if (index - arrivedMessages > Math.max(8, (rate * HOPELESS_MS) / 1_000)) return false;
    }
    const left = due(index) - performance.now();
    if (rate < EXACT_BELOW && left < 1.5) await turn();
    else await wait(Math.max(1, Math.min(left - (rate < EXACT_BELOW ? 1.2 : 0), CHECK_MS)));
  }
  return true;
}
