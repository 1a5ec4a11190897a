import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { type DjangoPeer, type PeerOptions, startPeer } from '../support/django.js';
import { freePort } from '../support/free-port.js';
import { healthOf } from '../support/observe.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { subscribers } from '../support/subscribers.js';
import { doctor, doctorWith, quick } from './doctor.house.js';

let servers: TestRedis[];
let operators: Redis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
  operators = servers.map(({ url }) => new Redis(url, { protocol: 2 }));
});
beforeEach(() => Promise.all(operators.map((operator) => operator.flushall())));
afterAll(async () => {
  for (const operator of operators) operator.disconnect();
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

/** A Django consumer that has joined, and a message that nobody has fetched yet. */
async function someDjango(options: Partial<PeerOptions> = {}): Promise<DjangoPeer> {
  const django = startPeer({ layer: 'core', hosts: [servers[0]!.url], ...options });
  const channel = await django.call<string>('new_channel');
  await django.call('group_add', 'chat_lobby', channel);
  await django.call('group_send', 'chat_lobby', { type: 'chat.message', message: 'hi' });
  return django;
}

const at = (count = 1) => [
  '--redis',
  servers
    .slice(0, count)
    .map(({ url }) => url)
    .join(','),
];

describe('npm run doctor', () => {
  it.each([
    ['msgpack', {}, 'msgpack, clear text', 'CHANNEL_SERIALIZER=msgpack'],
    ['JSON', { format: 'json' }, 'json, clear text', 'CHANNEL_SERIALIZER=json'],
    ['another prefix', { prefix: 'chat:' }, 'prefix "chat:"', 'CHANNEL_PREFIX=chat:'],
    ['any prefix', { prefix: "it's /*[ü]" }, `prefix "it's /*[ü]"`, "CHANNEL_PREFIX='it'\\''s /*[ü]'"],
  ] as const)('recognises the core layer of a real Django, %s', async (_what, options, seen, setting) => {
    await using django = await someDjango(options);
    const before = await operators[0]!.keys('*');
    const { text, code } = await doctor(...at(), ...quick);
    expect(text).toContain('core layer (RedisChannelLayer)');
    expect(text).toContain('groups: chat_lobby');
    expect(text).toContain('1 processes of Django, 0 of ours');
    for (const part of [seen, setting, 'CHANNEL_LAYER=redis', 'version 7']) expect(text).toContain(part);
    expect(code).toBe(0);
    // It wrote nothing and took nothing.
    expect((await operators[0]!.keys('*')).sort()).toEqual(before.sort());
    expect(await django.call('new_channel')).toBeTruthy();
  });

  it('tells encryption, and which of the keys opens it', async () => {
    await using django = await someDjango({ keys: ['current'] });
    const none = await doctor(...at(), ...quick);
    expect(none.text).toContain('are encrypted: give the keys');
    const wrong = await doctor(...at(), ...quick, '--keys', 'one,two');
    expect(wrong.text).toContain('none of the 2 keys given opens them');
    const right = await doctor(...at(), ...quick, '--keys', 'next,current');
    expect(right.text).toContain('msgpack, encrypted (key 2 of those given opens them)');
    expect(right.text).toContain('CHANNEL_ENCRYPTION_KEYS=');
    expect(right.text).toContain('Django encrypts with key 2 of those given, and we would with the first');
    const listed = await doctor(...at(), ...quick, '--keys', '["current","with a comma, "]');
    expect(listed.text).toContain('key 1 of those given opens them');
    expect(listed.text).not.toContain('Django encrypts with key');
    expect([none.code, wrong.code, right.code]).toEqual([1, 1, 0]);
    for (const { text } of [none, wrong, right]) expect(text).not.toContain('current');
    await django.call('flush');
  });

  it.each([
    ['clear text', {}, 'msgpack, clear text', []],
    [
      'encrypted',
      { keys: ['secret'] },
      'msgpack, encrypted (key 1 of those given opens them)',
      ['--keys', 'secret'],
    ],
  ] as const)('hears the pub/sub layer of a real Django, %s', async (_what, options, seen, args) => {
    await using django = startPeer({ layer: 'pubsub', hosts: [servers[0]!.url], ...options });
    const channel = await django.call<string>('new_channel');
    await django.call('group_add', 'chat_lobby', channel);
    await subscribers([servers[0]!.url], 'asgi__group__chat_lobby', 1);
    const looking = doctor(...at(), '--listen', '4', ...args);
    let over = false;
    void looking.finally(() => (over = true));
    await expect.poll(() => operators[0]!.pubsub('NUMPAT'), { timeout: 90_000 }).toBeGreaterThan(0);
    while (!over && Number(await operators[0]!.pubsub('NUMPAT')) > 0)
      await django.call('group_send', 'chat_lobby', { type: 'chat.message', message: 'hi' });
    const { text, code } = await looking;
    for (const part of [
      'pub/sub layer (RedisPubSubChannelLayer)',
      'groups: chat_lobby',
      seen,
      'CHANNEL_LAYER=redis-pubsub',
    ])
      expect(text).toContain(part);
    expect(code).toBe(0);
  });

  it('warns of what would break: settings that differ, both layers at once, hosts in another order', async () => {
    await using core = await someDjango();
    const differs = await doctorWith({ CHANNEL_LAYER: 'redis', CHANNEL_PREFIX: 'chat' }, ...at(), ...quick);
    expect(differs.text).toContain('CHANNEL_PREFIX is chat here, and would have to be asgi');
    expect(differs.text).not.toContain('CHANNEL_LAYER is');
    expect(differs.code).toBe(1);
    await using pubsub = startPeer({ layer: 'pubsub', hosts: [servers[0]!.url] });
    await pubsub.call('group_add', 'chat_lobby', await pubsub.call<string>('new_channel'));
    await subscribers([servers[0]!.url], 'asgi__group__chat_lobby', 1);
    const both = await doctor(...at(), ...quick);
    expect(both.text).toContain("Both of channels_redis' layers are in use");
    // crc32 puts chat_lobby on the second of two.
    const hosts = await doctor(...at(2), ...quick);
    expect(hosts.text).toContain('Groups are on hosts where nobody would look for them (chat_lobby on');
    expect([both.code, hosts.code]).toEqual([1, 1]);
    await core.call('flush');
  });

  it('does not take ours for Django', async () => {
    const ours = new RedisPubSubChannelLayer({ hosts: [servers[0]!.url] });
    await healthOf(ours, 'ready');
    await ours.groupAdd('chat.people', await ours.newChannel());
    const alone = await doctor(...at(), ...quick);
    expect(alone.text).toContain('0 receivers of Django, 1 of ours');
    expect(alone.text).not.toContain('Configure');
    expect(alone.code).toBe(0);
    await using django = await someDjango();
    const apart = await doctor(...at(), ...quick);
    expect(apart.text).toContain('1 processes of Django, 0 of ours');
    expect(apart.text).toContain('CHANNEL_LAYER=redis\n');
    expect(apart.text).toContain('1 of ours are on the pubsub layer');
    expect(apart.text).not.toContain("Both of channels_redis' layers");
    expect(apart.code).toBe(1);
    await ours.close();
    await django.call('flush');
  });

  it('says where Django may be when it is in another database, and refuses one that is not there', async () => {
    await using django = await someDjango({ hosts: [`${servers[0]!.url}/2`] });
    const elsewhere = await doctor(...at(), ...quick);
    expect(elsewhere.text).toContain('Nobody of Django was seen in database 0');
    expect(elsewhere.text).toContain('there are keys in 2');
    const there = await doctor('--redis', `${servers[0]!.url}/2`, ...quick);
    expect(there.text).toContain('1 processes of Django');
    const nowhere = await doctor('--redis', `${servers[0]!.url}/99`, ...quick);
    expect(nowhere.text).toContain('DB index is out of range');
    expect([elsewhere.code, there.code, nowhere.code]).toEqual([0, 0, 2]);
    await django.call('flush');
  });

  it('says which rights are missing', async () => {
    const rights = ['on', '>pw', '+@all', '~asgi*', '&asgi*'];
    await operators[0]!.call('ACL', 'SETUSER', 'django', ...rights);
    const { text, code } = await doctor(
      '--redis',
      servers[0]!.url.replace('//', '//django:pw@'),
      ...quick,
      '--listen',
      '1',
    );
    expect(text).toContain('NOPERM');
    expect(text).toContain('our server needs the keys and channels');
    expect(text).not.toContain('pw@');
    expect(code).toBe(2);
  });

  it('warns where our memberships last shorter than Django’s', async () => {
    await using django = await someDjango();
    const { text, code } = await doctorWith({ GROUP_EXPIRY: '3600' }, ...at(), ...quick);
    expect(text).toContain('GROUP_EXPIRY is 3600 here');
    expect(code).toBe(1);
    await django.call('flush');
  });

  it('knows a channels_redis that is too old, and a message that nobody can read', async () => {
    await operators[0]!.rpush('asgi:specific.AbCdEfGh!', 'x');
    await operators[0]!.zadd('asgi:group:room', 1, 'specific.00112233445546778899aabbccddeeff!x');
    await operators[0]!.zadd(
      'asgispecific.00112233445546778899aabbccddeeff!',
      1,
      'a pickle of their own, perhaps',
    );
    const { text, code } = await doctor(...at(), ...quick);
    expect(text).toContain('a channels_redis before version 3');
    expect(text).toContain('are in no format of channels_redis');
    expect(code).toBe(1);
  });

  it('counts the random bytes before messages, and names it where processes differ in that', async () => {
    const body = Buffer.from('82a474797065ac636861742e6d657373616765a76d657373616765a26869', 'hex');
    const queue = 'asgispecific.00112233445546778899aabbccddeeff!';
    await operators[0]!.zadd(queue, 1, Buffer.concat([Buffer.alloc(4, 1), body]));
    const short = await doctor(...at(), ...quick);
    expect(short.text).toContain('CHANNEL_RANDOM_PREFIX_LENGTH=4');
    const differs = await doctorWith({ CHANNEL_RANDOM_PREFIX_LENGTH: '12' }, ...at(), ...quick);
    expect(differs.text).toContain('CHANNEL_RANDOM_PREFIX_LENGTH is 12 here, and would have to be 4');
    await operators[0]!.zadd(queue, 2, Buffer.concat([Buffer.alloc(12, 1), body]));
    const several = await doctor(...at(), ...quick);
    expect(several.text).toContain('begin with 4 or 12 random bytes');
    expect([short.code, differs.code, several.code]).toEqual([0, 1, 1]);
  });

  it('finds nothing in an empty Redis, and says so', async () => {
    await operators[0]!.set('shop:group:red', 'of another app');
    const { text, code } = await doctor(...at(), ...quick);
    expect(text).toContain('nothing of channels_redis');
    expect(code).toBe(0);
  });

  it('says in one line why it could not look, without a password', async () => {
    const port = await freePort();
    const { text, code } = await doctor('--redis', `redis://user:hush@127.0.0.1:${port}`);
    expect(text).toContain(`127.0.0.1:${port}`);
    expect(text).toContain('ECONNREFUSED');
    expect(text).not.toContain('hush');
    expect(code).toBe(2);
  });

  it('is readable by programs', async () => {
    await using django = await someDjango();
    const { text } = await doctor(...at(), ...quick, '--json');
    expect(JSON.parse(text)).toMatchObject({
      found: [{ layer: 'core', prefix: 'asgi', groups: ['chat_lobby'], django: 1, ours: 0 }],
      settings: {
        CHANNEL_LAYER: 'redis',
        CHANNEL_PREFIX: 'asgi',
        CHANNEL_SERIALIZER: 'msgpack',
        DJANGO_BRIDGE: 'lobby',
      },
      problems: [],
    });
    await django.call('flush');
  });
});
