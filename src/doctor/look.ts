import type { Redis } from 'ioredis';
import { isOurs } from '../channel-layer/names.js';
import { addressName, connectOnce, oneLifeClient, redisAddress } from '../channel-layer/redis-address.js';
import { keepMember, listen } from './listen.js';
import { recogniseKey } from './recognise.js';
import type { Sight } from './sight.js';
import { isSentinel, withWayOut } from './way-out.js';

const mostKeys = 1_000_000;
const mostFound = 2000;
/** Who has not answered by then stands still, or is no Redis. */
const answerMs = 5000;

/** Throws where it cannot be reached. `listenMs`: how long to hear what is said. */
export async function look(url: string, listenMs: number): Promise<Sight> {
  const address = { ...redisAddress(url), commandTimeout: answerMs, sentinelCommandTimeout: answerMs };
  const client = oneLifeClient(address);
  const ear = oneLifeClient(address);
  let reason: unknown;
  for (const each of [client, ear]) each.on('error', (error: unknown) => (reason ??= error));
  try {
    await Promise.all([connectOnce(client), connectOnce(ear)]);
    // Not to be taken for a server of ours. Who may not say so is taken for one.
    await Promise.all(
      [client, ear].map((each) => each.client('SETNAME', 'nest-realtime-chat-doctor').catch(orRefused)),
    );
    const sight = {
      ...(await about(client)),
      name: addressName(address),
      database: client.options.db ?? 0,
    };
    await scan(client, sight);
    await listen(client, ear, sight, listenMs, () => scan(client, sight));
    return sight;
  } catch (error) {
    throw withWayOut(reason ?? error);
  } finally {
    client.disconnect();
    ear.disconnect();
  }
}

async function about(client: Redis): Promise<Sight> {
  const info = await client.info().catch(orRefused);
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  if (field('redis_mode') === 'sentinel') throw new Error(isSentinel);
  const [seconds, micros] = await client.time();
  const lines = String(await client.call('CLIENT', 'LIST').catch(orRefused)).split('\n');
  const clients = lines.flatMap((line) => {
    if (/ name=nest-realtime-chat /.test(line)) return ['nest-realtime-chat'];
    const library = / lib-name=(\S+)/.exec(line)?.[1];
    return library ? [`${library} ${/ lib-ver=(\S+)/.exec(line)?.[1] ?? ''}`.trim()] : [];
  });
  const subscribers = lines.filter(
    (line) => / p?sub=[1-9]/.test(line) && !line.includes(' name=nest-realtime-chat'),
  );
  const subscribersIn = new Set(subscribers.map((line) => Number(/ db=(\d+)/.exec(line)?.[1] ?? 0)));
  return {
    name: '',
    database: 0,
    subscribersIn: [...subscribersIn].sort((a, b) => a - b),
    isToldOf: info !== '',
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

/** What a user may not see is not seen, and all else that goes wrong is wrong. */
function orRefused(error: unknown): string {
  if (error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message)) return '';
  throw error;
}

/** Never `KEYS`: that stops a Redis with many. What is gone since an earlier scan stays seen. */
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
      put(sight.groups, { prefix: name.prefix, group: name.group, members });
    return;
  }
  sight.queues.push({ prefix: name.prefix, process: name.process, waiting: await client.zcard(key) });
  if (isOurs(name.process)) return;
  for (const payload of await client.zrangeBuffer(key, 0, '19')) keepMember(sight, name.prefix, payload);
}

/** In the place of what an earlier look saw of it. */
function put(groups: Sight['groups'], group: Sight['groups'][number]): void {
  const at = groups.findIndex(({ prefix, group: name }) => prefix === group.prefix && name === group.group);
  if (at < 0) groups.push(group);
  else groups[at] = group;
}
