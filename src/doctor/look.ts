import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { isOurs, processOf, queueOf } from '../channel-layer/names.js';
import { addressName, connectOnce, oneLifeClient, redisAddress } from '../channel-layer/redis-address.js';
import { recogniseChannel, recogniseKey } from './recognise.js';
import { withWayOut } from './way-out.js';

/** What one Redis has. Nothing is written to it, and no message is taken. */
export interface Sight {
  /** Without a user or a password. */
  name: string;
  /** The one looked at, and those that have keys. */
  database: number;
  databases: number[];
  /** Seconds that the longest-lived group has to go: at least Django's or our `group_expiry` less a renewal. */
  groupSeconds: number;
  version: string;
  role: string;
  cluster: boolean;
  evictionPolicy: string;
  /** Seconds that our clock is ahead of Redis'. */
  clockAhead: number;
  /** Of client libraries that say what they are, and of ours. */
  clients: string[];
  /** With their members. */
  groups: { prefix: string; group: string; members: string[] }[];
  queues: { prefix: string; process: string; waiting: number }[];
  /** Lists of channels_redis 2, by prefix. */
  old: string[];
  /** Channels that somebody is subscribed to. */
  channels: string[];
  messages: { prefix: string; layer: 'core' | 'pubsub'; payload: Buffer }[];
  /** There was more than we looked at. */
  cut: boolean;
}

const mostKeys = 1_000_000;
const mostFound = 2000;
const mostMessages = 200;

/** Throws where it cannot be reached. `listenMs`: how long to hear what is said. */
export async function look(url: string, listenMs: number): Promise<Sight> {
  const address = redisAddress(url);
  const client = oneLifeClient(address);
  const ear = oneLifeClient(address);
  let reason: unknown;
  for (const each of [client, ear]) each.on('error', (error: unknown) => (reason ??= error));
  try {
    await Promise.all([connectOnce(client), connectOnce(ear)]);
    // Not to be taken for a server of ours. Who may not say so is taken for one.
    await Promise.allSettled(
      [client, ear].map((each) => each.client('SETNAME', 'nest-realtime-chat-doctor')),
    );
    const sight = {
      ...(await about(client)),
      name: addressName(address),
      database: client.options.db ?? 0,
    };
    await scan(client, sight);
    await listen(client, ear, sight, listenMs);
    return sight;
  } catch (error) {
    throw withWayOut(reason ?? error);
  } finally {
    client.disconnect();
    ear.disconnect();
  }
}

async function about(client: Redis): Promise<Sight> {
  const info = await client.info().catch(() => '');
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const [seconds, micros] = await client.time();
  const list = String(await client.call('CLIENT', 'LIST').catch(() => ''));
  const clients = list.split('\n').flatMap((line) => {
    if (/ name=nest-realtime-chat /.test(line)) return ['nest-realtime-chat'];
    const library = / lib-name=(\S+)/.exec(line)?.[1];
    return library ? [`${library} ${/ lib-ver=(\S+)/.exec(line)?.[1] ?? ''}`.trim()] : [];
  });
  return {
    name: '',
    database: 0,
    databases: [...info.matchAll(/^db(\d+):/gm)].map(([, number]) => Number(number)),
    groupSeconds: 0,
    version: field('redis_version'),
    role: field('role'),
    cluster: field('cluster_enabled') === '1',
    evictionPolicy: field('maxmemory') === '0' ? 'noeviction' : field('maxmemory_policy'),
    clockAhead: Date.now() / 1000 - (Number(seconds) + Number(micros) / 1e6),
    clients: [...new Set(clients)].sort(),
    groups: [],
    queues: [],
    old: [],
    channels: [],
    messages: [],
    cut: false,
  };
}

/** Never `KEYS`: that stops a Redis with many. */
async function scan(client: Redis, sight: Sight): Promise<void> {
  let cursor = '0';
  let seen = 0;
  let found = 0;
  do {
    const [next, keys] = await client.scan(cursor, 'COUNT', 1000);
    cursor = next;
    seen += keys.length;
    for (const key of keys) if (recogniseKey(key) && found++ < mostFound) await note(client, key, sight);
  } while (cursor !== '0' && seen < mostKeys && found < mostFound);
  sight.cut = cursor !== '0' || found >= mostFound;
}

/** Names can be anybody's: only the right type makes it channels_redis'. */
async function note(client: Redis, key: string, sight: Sight): Promise<void> {
  const name = recogniseKey(key)!;
  const type = await client.type(key);
  if (type === 'list') return void sight.old.push(name.prefix);
  if (type !== 'zset' || name.layer !== 'core') return;
  if ('group' in name) {
    const members = await client.zrange(key, 0, '199');
    sight.groupSeconds = Math.max(sight.groupSeconds, await client.ttl(key));
    if (members.every((member) => /^[\w.-]+(![\w.-]*)?$/.test(member)))
      sight.groups.push({ prefix: name.prefix, group: name.group, members });
    return;
  }
  sight.queues.push({ prefix: name.prefix, process: name.process, waiting: await client.zcard(key) });
  const room = mostMessages - sight.messages.length;
  if (room <= 0 || isOurs(name.process)) return;
  const waiting = await client.zrangeBuffer(key, 0, `${Math.min(room, 20) - 1}`);
  for (const payload of waiting) sight.messages.push({ prefix: name.prefix, layer: 'core', payload });
}

async function listen(client: Redis, ear: Redis, sight: Sight, listenMs: number): Promise<void> {
  const names = (await client.pubsub('CHANNELS', '*')) as string[];
  sight.channels = names.filter((name) => recogniseChannel(name)).slice(0, mostFound);
  if (listenMs === 0) return;
  ear.on('pmessageBuffer', (_pattern: Buffer, channel: Buffer, payload: Buffer) => {
    const name = recogniseChannel(channel.toString());
    if (!name || sight.messages.length >= mostMessages) return;
    if (!sight.channels.includes(channel.toString())) sight.channels.push(channel.toString());
    sight.messages.push({ prefix: name.prefix, layer: 'pubsub', payload });
  });
  await ear.psubscribe('*__group__*', '*specific.*');
  const until = performance.now() + listenMs;
  const queues = queuesOf(sight);
  // A queue is mostly empty: Django takes what comes at once. So look again and again.
  while (performance.now() < until) {
    await pause(20);
    for (const { prefix, key } of queues) {
      if (sight.messages.length >= mostMessages) return;
      for (const payload of await client.zrangeBuffer(key, 0, '0'))
        sight.messages.push({ prefix, layer: 'core', payload });
    }
  }
}

/** Where messages for members of the groups may be for a moment. */
function queuesOf(sight: Sight): { prefix: string; key: string }[] {
  const keys = new Map<string, string>();
  for (const { prefix, members } of sight.groups)
    for (const member of members) {
      const process = processOf(member);
      if (process === undefined || isOurs(process)) continue;
      const key = prefix + queueOf(member);
      keys.set(key, prefix).set(`${key}$inflight`, prefix);
    }
  return [...keys].slice(0, 100).map(([key, prefix]) => ({ key, prefix }));
}
