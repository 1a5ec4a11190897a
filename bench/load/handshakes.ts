import { Client } from './client.ts';
import { startCpu } from './cpu.ts';
import { inParallel } from './crowd.ts';
import { dialects } from './dialects.ts';
import { CAPPED_AT, type Job, type Measured } from './job.ts';
import { Ledger } from './ledger.ts';

const WARM_UP_MS = 1_000;

/** Comes in, is told that it may speak, and goes; so many at the same time. */
export async function countHandshakes(job: Job, concurrency: number, seconds: number): Promise<Measured> {
  const { port, dialect } = job.target;
  const ledger = new Ledger();
  const options = {
    port,
    dialect: dialects[dialect],
    room: null,
    ledger,
    onBroken: () => undefined,
  };
  let done = 0;
  const comeAndGo = (until: number) =>
    inParallel(
      Array.from({ length: concurrency }),
      async () => {
        while (performance.now() < until) {
          (await Client.open(options)).close();
          done++;
        }
      },
      concurrency,
    );
  await comeAndGo(performance.now() + WARM_UP_MS);
  done = 0;
  const cpu = startCpu();
  const began = performance.now();
  await comeAndGo(began + seconds * 1_000);
  const generatorCpu = cpu();
  const handshakes = (done * 1_000) / (performance.now() - began);
  return { values: { handshakes }, capped: generatorCpu > CAPPED_AT, generatorCpu };
}
