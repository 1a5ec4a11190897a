import { parseArgs } from 'node:util';
import { exitOnInterruption } from '../support/interruption.js';
import { startPostgres } from '../support/postgres.js';
import { startRedis } from '../support/redis.js';
import { beside, oddTexts } from './stranger.js';
import { combinations, nameOf } from './stranger.combinations.js';
import { isClean, lineOf } from './tally.js';

const usage = `npm run django:combinations

A Django project that was not written for this server, and this server beside it with the settings that the doctor gives:
every wire, with and without encryption, on one host and two, with one process of ours and two. It prints what was lost,
doubled or out of order on either side, and ends with 0 where that is nothing, with 1 otherwise.

  --only <n,n>   some of them, by their numbers`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const only = values.only?.split(',').map(Number);
  if (values.help || only?.some((n) => !combinations[n])) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  await using postgres = await startPostgres();
  let failed = 0;
  for (const [n, one] of combinations.entries()) {
    if (only && !only.includes(n)) continue;
    await using first = await startRedis();
    await using second = await startRedis();
    const redisUrls = [first.url, second.url].slice(0, one.hosts);
    const databaseUrl = one.processes > 1 ? await postgres.createDatabase() : 'sqlite::memory:';
    const wrong = await beside(one, { redisUrls, databaseUrl }).then(wrongIn, (error: unknown) => [
      String(error),
    ]);
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${n} ${nameOf(one)}`);
    for (const line of wrong) console.log(`         ${line}`);
    if (wrong.length > 0) failed++;
  }
  console.log(failed === 0 ? 'nothing was lost, doubled or out of order' : `${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function wrongIn(outcome: Awaited<ReturnType<typeof beside>>): string[] {
  const tallies = {
    'Django → our log': outcome.djangoStored,
    'ours → our log': outcome.oursStored,
    'both → our people, live': outcome.heardLive,
    ...Object.fromEntries(
      Object.entries(outcome.heardInDjango).map(([name, heard]) => [`both → Django's ${name}`, heard]),
    ),
  };
  return [
    ...Object.entries(tallies).flatMap(([what, each]) => (isClean(each) ? [] : [lineOf(what, each)])),
    ...(`${outcome.odd.join()}` === oddTexts.join() ? [] : [`odd words: ${outcome.odd.join(' | ')}`]),
    ...outcome.closed.map((name) => `closed: ${name}`),
    ...outcome.advice.problems,
    ...outcome.faults,
  ];
}

exitOnInterruption();
process.exitCode = await main();
