import type { Crowd } from './crowd.ts';
import { CAPPED_AT, type Measured, type Work } from './job.ts';
import { runTrial, type Trial } from './trial.ts';

const WARM_UP_SECONDS = 1;
const MAX_TRIALS = 24;
const LEAST_RATE = 0.5;
/** At such a p99 the limit is far, and the next step can be a long one. */
const EASY_P99_MS = 40;

type Search = Extract<Work, { kind: 'open-loop' }>;

/** The largest rate without loss and with p99 under 250 ms: upwards in steps, then by halving what is between. */
export async function searchRate(crowd: Crowd, { firstRate, seconds, precision }: Search): Promise<Measured> {
  await runTrial(crowd, firstRate / 2, WARM_UP_SECONDS);
  let best: Trial | undefined;
  let worst: Trial | undefined;
  let rate = firstRate;
  for (let trials = 0; trials < MAX_TRIALS && rate > LEAST_RATE; trials++) {
    const trial = await tryTwice(crowd, rate, seconds, !worst);
    if (trial.sustained) best = trial;
    else worst = trial;
    if (best && worst) {
      if (worst.rate / best.rate < precision) break;
      rate = Math.sqrt(best.rate * worst.rate);
    } else if (best) rate *= best.p99 < EASY_P99_MS ? 2.5 : 1.5;
    else rate /= 2.5;
  }
  const generatorCpu = Math.max(best?.generatorCpu ?? 0, worst?.generatorCpu ?? 0);
  const perSecond = best?.rate ?? 0;
  return {
    values: { deliveries: perSecond * crowd.perMessage, messages: perSecond, p99: best?.p99 ?? 0 },
    capped: generatorCpu > CAPPED_AT,
    generatorCpu,
  };
}

/** One pause of the machine is not yet a limit of the server, least of all where it would end the way upwards. */
async function tryTwice(crowd: Crowd, rate: number, seconds: number, climbing: boolean): Promise<Trial> {
  const trial = await runTrial(crowd, rate, seconds);
  return trial.sustained || (trial.hopeless && !climbing) ? trial : runTrial(crowd, rate, seconds);
}
