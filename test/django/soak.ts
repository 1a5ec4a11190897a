import { parseArgs } from 'node:util';
import { exitOnInterruption } from '../support/interruption.js';
import { startPostgres } from '../support/postgres.js';
import { startRedis } from '../support/redis.js';
import { mixedTraffic, type Outcome } from './mixed-traffic.js';
import { isClean, lineOf } from './tally.js';

const usage = `npm run django:soak -- --minutes 60

Two processes of ours and a Daphne with the example's app share one room; people on both sides write all the time. It
prints what was lost, doubled or out of order on either side, and ends with 0 where that is nothing, with 1 otherwise.
Queues hold 10,000 on both sides: what channels_redis drops at 100 where a process does not read for a moment is not counted.

  --minutes <n>    by default 60
  --layer <which>  core, pubsub, or both (the default), one beside the other
  --every <ms>     pause of each person between two messages, by default 200
  --people <n>     who write, on each side, by default 3`;

function report(layer: string, outcome: Outcome): boolean {
  const { djangoStored, oursStored, oursInDjango, heardLive, closed, tracebacks } = outcome;
  console.log(`${layer}`);
  console.log(`  ${lineOf('Django → our log', djangoStored)}`);
  console.log(`  ${lineOf('ours → our log', oursStored)}`);
  console.log(`  ${lineOf('ours → Django', oursInDjango)}`);
  console.log(`  ${lineOf('our log → our people, live', heardLive)}`);
  console.log(`  Django: ${closed} sockets closed, ${tracebacks.length} tracebacks`);
  const tallies = [djangoStored, oursStored, oursInDjango, heardLive];
  return tallies.every(isClean) && closed === 0 && tracebacks.length === 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      layer: { type: 'string', default: 'both' },
      every: { type: 'string', default: '200' },
      people: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  const [seconds, everyMs, sendersPerSide] = [
    Number(values.minutes) * 60,
    Number(values.every),
    Number(values.people),
  ];
  const layers = (['core', 'pubsub'] as const).filter(
    (one) => values.layer === 'both' || values.layer === one,
  );
  if (values.help || layers.length === 0 || !(seconds > 0 && everyMs >= 1 && sendersPerSide >= 1)) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  await using redis = await startRedis();
  await using postgres = await startPostgres();
  console.log(
    `${layers.join(' and ')}: ${seconds} s, ${sendersPerSide} people on each side, every ${everyMs} ms`,
  );
  const runs = layers.map(async (layer) => {
    const databaseUrl = await postgres.createDatabase();
    const where = { redisUrl: redis.url, databaseUrl, room: `soak_${layer}`, processes: 2 };
    return { layer, outcome: await mixedTraffic({ ...where, layer, seconds, everyMs, sendersPerSide }) };
  });
  const results = await Promise.all(runs);
  return results.map(({ layer, outcome }) => report(layer, outcome)).every(Boolean) ? 0 : 1;
}

exitOnInterruption();
process.exitCode = await main();
