import type { Redis } from 'ioredis';
import { isOurs, processOf, queueOf } from '../channel-layer/names.js';
import type { Sight } from './sight.js';
import { recogniseChannel } from './recognise.js';

const mostMessages = 200;
const mostChannels = 2000;
const mostQueues = 20;
/** Between two looks for who has come meanwhile. */
const lookAgainMs = 1_000;
/** Of more keys than a Redis tells in this time, there is one look. */
const quickScanMs = 200;

/** What is said in this time, and where people are who come meanwhile. */
export async function listen(
  client: Redis,
  ear: Redis,
  sight: Sight,
  ms: number,
  scan: () => Promise<void>,
): Promise<void> {
  await note(client, sight);
  if (ms === 0) return;
  ear.on('pmessageBuffer', (_pattern: Buffer, channel: Buffer, payload: Buffer) => {
    const name = recogniseChannel(channel.toString());
    if (!name || sight.messages.length >= mostMessages) return;
    if (!sight.channels.includes(channel.toString())) sight.channels.push(channel.toString());
    sight.messages.push({ prefix: name.prefix, layer: 'pubsub', payload });
  });
  await ear.psubscribe('*__group__*', '*specific.*');
  const until = performance.now() + ms;
  let isQuick = true;
  while (performance.now() < until) {
    await watch(client, sight, Math.min(until, performance.now() + lookAgainMs));
    if (!isQuick) continue;
    const before = performance.now();
    await scan();
    await note(client, sight);
    isQuick = performance.now() - before < quickScanMs;
  }
}

/** A member of a queue begins with random bytes: the same bytes are the same message. */
export function keepMember(sight: Sight, prefix: string, payload: Buffer): void {
  if (sight.messages.length >= mostMessages) return;
  if (sight.messages.some((message) => message.payload.equals(payload))) return;
  sight.messages.push({ prefix, layer: 'core', payload });
}

async function note(client: Redis, sight: Sight): Promise<void> {
  const names = (await client.pubsub('CHANNELS', '*')) as string[];
  const known = names.filter((name) => recogniseChannel(name));
  sight.channels = [...new Set([...sight.channels, ...known])].slice(0, mostChannels);
}

/**
 * Django takes what comes at once, and has it in flight for as long as it needs to say that it has it: a millisecond. So
 * two questions are always under way, one behind the other.
 */
async function watch(client: Redis, sight: Sight, until: number): Promise<void> {
  const queues = queuesOf(sight);
  const ask = async () => {
    while (performance.now() < until && sight.messages.length < mostMessages)
      for (const { prefix, key } of queues)
        for (const payload of await client.zrangeBuffer(key, 0, '0')) keepMember(sight, prefix, payload);
  };
  const time = new Promise((resolve) => setTimeout(resolve, Math.max(0, until - performance.now())));
  if (queues.length > 0) await Promise.all([ask(), ask()]);
  await time;
}

/** Where messages for members of the groups may be for a moment: the newest groups are of those who are here now. */
function queuesOf(sight: Sight): { prefix: string; key: string }[] {
  const keys = new Map<string, string>();
  for (const { prefix, members } of sight.groups.toReversed())
    for (const member of members) {
      const process = processOf(member);
      if (process === undefined || isOurs(process)) continue;
      const key = prefix + queueOf(member);
      keys.set(`${key}$inflight`, prefix).set(key, prefix);
    }
  return [...keys].slice(0, mostQueues).map(([key, prefix]) => ({ key, prefix }));
}
