import { setTimeout as wait } from 'node:timers/promises';
import { Client } from './client.ts';
import { startCpu } from './cpu.ts';
import { inParallel, roomName } from './crowd.ts';
import { dialects } from './dialects.ts';
import { Histogram } from './histogram.ts';
import { CAPPED_AT, InvalidRound, type Job, type Measured } from './job.ts';
import { Ledger, seqOf, textOf } from './ledger.ts';

const WARM_UP_MS = 1_500;
const LAST_ACKS_MS = 10_000;
const OK = Buffer.from('"ok":true');

/**
 * So many people send into one room, each the next message when the one before is acknowledged. Nobody listens: this is
 * the way from a frame to what is on disk, and back. Every seq must be given exactly once, and the log must end there.
 */
export async function countStored(job: Job, senders: number, seconds: number): Promise<Measured> {
  const { port } = job.target;
  const dialect = dialects.chat;
  const ledger = new Ledger();
  const latency = new Histogram();
  const given = new Set<number>();
  const at = { seqAt: 8 };
  let [sent, acked, going] = [0, 0, true];
  let broken: Error | undefined;

  const start = async (): Promise<() => void> => {
    const onBroken = (error: Error) => void (broken ??= error);
    const client = await Client.open({ port, dialect, room: null, ledger, onBroken });
    let sentAt = 0;
    const say = () => {
      const number = ++sent;
      sentAt = performance.now();
      client.send(dialect.message(roomName(0), textOf(number), number));
    };
    client.onReply = (bytes, body, end) => {
      const reply = bytes.subarray(body, end);
      if (!reply.includes(OK))
        throw new InvalidRound(`a send was refused: ${reply.toString('latin1', 0, 200)}`);
      const seq = seqOf(at, bytes, body, end);
      if (given.has(seq)) throw new InvalidRound(`seq ${seq} was given twice`);
      given.add(seq);
      acked++;
      latency.add(ledger.now - sentAt);
      if (going) say();
    };
    clients.push(client);
    return say;
  };

  const clients: Client[] = [];
  const starters: (() => void)[] = [];
  await inParallel(Array.from({ length: senders }), async () => void starters.push(await start()));
  for (const say of starters) say();
  await wait(WARM_UP_MS);
  const cpu = startCpu();
  const [began, before] = [performance.now(), acked];
  latency.clear();
  await wait(seconds * 1_000);
  const generatorCpu = cpu();
  const stored = ((acked - before) * 1_000) / (performance.now() - began);
  const [p50, p99] = [latency.percentile(0.5), latency.percentile(0.99)];
  going = false;
  for (const until = performance.now() + LAST_ACKS_MS; acked < sent && performance.now() < until;)
    await wait(5);
  if (broken) throw broken;
  if (acked < sent) throw new InvalidRound(`${sent - acked} messages were not acknowledged`);
  const head = await headOf(port);
  if (head !== acked || largest(given) !== acked)
    throw new InvalidRound(`${acked} messages were acknowledged, and the log ends at ${head}`);
  for (const client of clients) client.close();
  return { values: { stored, p50, p99 }, capped: generatorCpu > CAPPED_AT, generatorCpu };
}

/** Different numbers from 1 on that are as many as the largest have no holes. */
function largest(seqs: Set<number>): number {
  let most = 0;
  for (const seq of seqs) most = Math.max(most, seq);
  return most;
}

async function headOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/rooms/${roomName(0)}/messages?limit=1`);
  const { head } = (await response.json()) as { head: number };
  return head;
}
