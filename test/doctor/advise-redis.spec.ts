import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer } from '../support/django.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { subscribers } from '../support/subscribers.js';
import { doctor, quick } from './doctor.house.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

/** A Django app on the pub/sub layer, in the database of its URL. */
async function app(database: number, prefix?: string) {
  const django = startPeer({
    layer: 'pubsub',
    hosts: [`${redis.url}/${database}`],
    ...(prefix && { prefix }),
  });
  await django.call('group_add', 'chat_lobby', await django.call<string>('new_channel'));
  await subscribers([redis.url], `${prefix ?? 'asgi'}__group__chat_lobby`, 1);
  return django;
}

const at = async (database: number) => (await doctor('--redis', `${redis.url}/${database}`, ...quick)).text;

describe('what the doctor says of databases that keep nothing apart', () => {
  it('is silent for one app in the usual database', async () => {
    await using _django = await app(0);
    expect(await at(0)).not.toContain('knows no databases');
  });

  it('warns who gave pub/sub a number, and whoever shares the usual prefix with another number', async () => {
    await using _django = await app(2);
    // It is the only app: but the next one will be heard.
    expect(await at(2)).toContain('every app on Redis');
    const other = await at(0);
    expect(other).toContain('with the prefix "asgi" hears this one');
    expect(other).toContain('somebody is subscribed in 2');
  });

  it('is silent where a prefix of its own keeps an app apart', async () => {
    await using _django = await app(2, 'shop');
    expect(await at(2)).not.toContain('knows no databases');
  });

  it('is silent about the core layer, whose keys a database does keep apart', async () => {
    await using django = startPeer({ layer: 'core', hosts: [`${redis.url}/3`] });
    await django.call('group_add', 'chat_lobby', await django.call<string>('new_channel'));
    const text = await at(3);
    expect(text).toContain('1 processes of Django');
    expect(text).not.toContain('knows no databases');
  });

  it('is right: two apps with one prefix hear each other in different databases', async () => {
    await using one = await app(4, 'both');
    await using two = startPeer({ layer: 'pubsub', hosts: [`${redis.url}/5`], prefix: 'both' });
    const channel = await two.call<string>('new_channel');
    await two.call('group_add', 'chat_lobby', channel);
    await subscribers([redis.url], 'both__group__chat_lobby', 2);
    await one.call('group_send', 'chat_lobby', { type: 'chat.message', message: 'hi' });
    expect(await two.call('receive', channel)).toEqual({ type: 'chat.message', message: 'hi' });
  });
});
