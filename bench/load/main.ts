import { once } from 'node:events';
import { runClosedLoop } from './closed-loop.ts';
import { Crowd } from './crowd.ts';
import { countHandshakes } from './handshakes.ts';
import { weighIdle } from './idle.ts';
import {
  CAPPED_AT,
  type CrowdShape,
  type FromLoad,
  type Job,
  type Measured,
  type ToLoad,
  type Work,
} from './job.ts';
import { searchRate } from './open-loop.ts';
import { countStored } from './stored.ts';
import { runTrial } from './trial.ts';

type Paced = Extract<Work, { kind: 'paced' }>;

/** The generator: one job, one answer, and it ends. */
function tell(message: FromLoad): Promise<void> {
  return new Promise((resolve, reject) =>
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve())),
  );
}

async function sample(): Promise<number> {
  const answer = once(process, 'message');
  await tell({ type: 'sample' });
  const [message] = (await answer) as [ToLoad];
  if (message.type !== 'sampled') throw new Error('what the server is like was not told');
  return message.value;
}

async function withCrowd(
  job: Job,
  shape: CrowdShape,
  run: (crowd: Crowd) => Promise<Measured>,
): Promise<Measured> {
  const crowd = await Crowd.open(job, shape);
  try {
    return await run(crowd);
  } finally {
    crowd.close();
  }
}

async function paced(crowd: Crowd, { rate, seconds, watched }: Paced): Promise<Measured> {
  await runTrial(crowd, rate, 2);
  // What it counts, it counts since it was asked last.
  if (watched) await sample();
  const { p50, p99, generatorCpu, arrived } = await runTrial(crowd, rate, seconds);
  if (!arrived) throw new Error(`${rate} messages/s are too many`);
  const values: Measured['values'] = { p50, p99 };
  if (watched) values['loop'] = await sample();
  return { values, capped: generatorCpu > CAPPED_AT, generatorCpu };
}

function measure(job: Job): Promise<Measured> {
  const { work } = job;
  switch (work.kind) {
    case 'open-loop':
      return withCrowd(job, work.crowd, (crowd) => searchRate(crowd, work));
    case 'paced':
      return withCrowd(job, work.crowd, (crowd) => paced(crowd, work));
    case 'closed-loop':
      return withCrowd(job, work.crowd, (crowd) => runClosedLoop(crowd, work.inFlight, work.seconds));
    case 'idle':
      return weighIdle(job, work, sample);
    case 'handshakes':
      return countHandshakes(job, work.concurrency, work.seconds);
    case 'stored':
      return countStored(job, work.senders, work.seconds);
  }
}

const [message] = (await once(process, 'message')) as [ToLoad];
if (message.type === 'job') {
  try {
    await tell({ type: 'done', measured: await measure(message.job) });
  } catch (error) {
    await tell({ type: 'invalid', reason: (error as Error).message });
  }
}
process.exit(0);
