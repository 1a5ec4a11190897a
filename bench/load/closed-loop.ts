import { setTimeout as wait } from 'node:timers/promises';
import { startCpu } from './cpu.ts';
import type { Crowd } from './crowd.ts';
import { CAPPED_AT, type Measured } from './job.ts';

const WARM_UP_MS = 1_000;
const LAST_ARRIVALS_MS = 10_000;

/** So many messages are on their way at any time: the next is sent when everybody has one of them. */
export async function runClosedLoop(crowd: Crowd, inFlight: number, seconds: number): Promise<Measured> {
  const { ledger } = crowd;
  let going = true;
  ledger.onComplete = () => {
    if (going) crowd.say(performance.now());
  };
  for (let index = 0; index < inFlight; index++) crowd.say(performance.now());
  await wait(WARM_UP_MS);
  const cpu = startCpu();
  const [began, before] = [performance.now(), ledger.delivered];
  ledger.latency.clear();
  await wait(seconds * 1_000);
  const generatorCpu = cpu();
  const deliveries = ((ledger.delivered - before) * 1_000) / (performance.now() - began);
  const p99 = ledger.latency.percentile(0.99);
  going = false;
  if (!(await crowd.settle(LAST_ARRIVALS_MS))) throw new Error('not everything that was sent arrived');
  return { values: { deliveries, p99 }, capped: generatorCpu > CAPPED_AT, generatorCpu };
}
