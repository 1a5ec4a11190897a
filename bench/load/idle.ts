import { setTimeout as wait } from 'node:timers/promises';
import { Client } from './client.ts';
import { inParallel, roomName } from './crowd.ts';
import { dialects } from './dialects.ts';
import type { Job, Measured } from './job.ts';
import { Ledger } from './ledger.ts';

/** Already there when the first measure is taken: code is compiled and pools are grown. */
const FIRST = 500;
const CALM_MS = 2_500;

/** What the server's memory grows by, per connection that says nothing. `sample` collects garbage first. */
export async function weighIdle(
  job: Job,
  { connections, rooms }: { connections: number; rooms: number },
  sample: () => Promise<number>,
): Promise<Measured> {
  const ledger = new Ledger();
  const clients: Client[] = [];
  let broken: Error | undefined;
  const open = async (_: unknown, index: number) => {
    const client = await Client.open({
      port: job.target.port,
      dialect: dialects[job.target.dialect],
      room: rooms > 0 ? roomName(index % rooms) : null,
      ledger,
      onBroken: (error) => void (broken ??= error),
    });
    clients.push(client);
  };
  const grow = async (to: number) => {
    await inParallel(Array.from({ length: to - clients.length }), open);
    await wait(CALM_MS);
    if (broken) throw broken;
    return sample();
  };
  const few = await grow(FIRST);
  const many = await grow(connections);
  for (const client of clients) client.close();
  const kilobytes = (many - few) / (connections - FIRST) / 1_024;
  return { values: { kilobytes }, capped: false, generatorCpu: 0 };
}
