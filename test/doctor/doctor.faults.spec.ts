import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { startWatchedRedis } from '../support/sentinel.js';
import { doctor, doctorWith, oneRedis, quick } from './doctor.house.js';

const house = oneRedis();

/** One line, and the exit code that says that nothing was looked at. */
async function refusal(url: string, ...parts: string[]) {
  const { text, code } = await doctor('--redis', url, ...quick);
  expect(text.trim()).not.toContain('\n');
  for (const part of parts) expect(text).toContain(part);
  expect(code).toBe(2);
}

/** Somebody else's server. */
async function listen(talk: (socket: Socket) => void) {
  const server = createServer(talk).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { url: `redis://127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() };
}

describe('the doctor that cannot look says why in one line', () => {
  it('looks behind sentinels, and tells what is wrong with how they were named', async () => {
    await using watched = await startWatchedRedis();
    const { sentinel, url } = watched;
    const found = await doctor('--redis', `${url}?db=1`, ...quick);
    expect(found.text).toContain('Redis mymaster: version');
    expect(found.code).toBe(0);
    const nowhere = await freePort();
    await Promise.all([
      refusal(url.replace('mymaster', 'nobody'), 'No such master', 'master_name in Django'),
      refusal(`redis://127.0.0.1:${sentinel.port}`, 'It is a Sentinel: the URL', 'redis-sentinel://'),
      refusal(`redis-sentinel://127.0.0.1:${watched.master.port}/mymaster`, 'It is no Sentinel but a Redis'),
      refusal(`redis-sentinel://127.0.0.1:${nowhere}/mymaster`, 'Is a Sentinel at that port'),
      refusal(`${url}?db=99`, 'DB index is out of range'),
    ]);
    const chief = new Redis(sentinel.port, { protocol: 2 });
    await chief.call('ACL', 'SETUSER', 'default', '>own');
    chief.disconnect();
    await refusal(url, 'NOAUTH', '?sentinelPassword=');
    expect((await doctor('--redis', `${url}?sentinelPassword=own`, ...quick)).code).toBe(0);
    sentinel.pause();
    await refusal(url, 'answers nothing');
    sentinel.resume();
  });

  it('does not wait for ever for a Redis that stands still, or for who is no Redis', async () => {
    await using still = await startRedis();
    still.pause();
    using mute = await listen(() => undefined);
    using web = await listen((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    await Promise.all([
      refusal(still.url, 'answers nothing: it stands still'),
      refusal(mute.url, 'or it is no Redis'),
      refusal(web.url, 'What answers there is no Redis'),
      refusal('unix:///nowhere/redis.sock', 'ENOENT /nowhere/redis.sock'),
    ]);
  });

  it.each(['scan', 'pubsub', 'time'])('names %s where the user may not use it', async (command) => {
    await house.operator.call(
      'ACL',
      'SETUSER',
      'looker',
      'reset',
      'on',
      '>pw',
      '+@all',
      '~*',
      '&*',
      `-${command}`,
    );
    await refusal(
      house.redis.url.replace('//', '//looker:pw@'),
      'NOPERM',
      `'${command}`,
      'To look, the user needs',
    );
  });

  it('goes without INFO and CLIENT LIST where it must, and says what that leaves open', async () => {
    await house.operator.call(
      'ACL',
      'SETUSER',
      'guest',
      'on',
      '>pw',
      '+@all',
      '~*',
      '&*',
      '-info',
      '-client',
    );
    const { text, code } = await doctor('--redis', house.redis.url.replace('//', '//guest:pw@'), ...quick);
    expect(text).toContain('does not let this user ask for INFO');
    expect(code).toBe(0);
    expect((await doctor('--redis', house.redis.url, ...quick)).text).not.toContain('INFO');
  });

  it('knows a cluster, also one whose databases it is asked for', async () => {
    await using cluster = await startRedis({ args: ['--cluster-enabled', 'yes'] });
    await refusal(`${cluster.url}/1`, 'It is a cluster');
    const console = new Redis(cluster.url, { protocol: 2 });
    await console.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const member = 'specific.00112233445546778899aabbccddeeff!x';
    const add = () => console.zadd('asgi:group:chat_lobby', 1, member).catch(String);
    await expect.poll(add, { timeout: 20_000 }).toBe(1);
    const { text, code } = await doctor('--redis', cluster.url, ...quick);
    expect(text).toContain('is a cluster, which neither channels_redis nor we can use');
    expect(code).toBe(1);
    console.disconnect();
  });

  it('says where a Redis has more than it looks at', async () => {
    await using large = await startRedis();
    const console = new Redis(large.url, { protocol: 2 });
    const fill = console.pipeline();
    for (let n = 0; n < 20_000; n++) fill.set(`cache:${n}`, n);
    for (let n = 0; n < 2_500; n++)
      fill.zadd(`asgi:group:chat_${n}`, 1, 'specific.00112233445546778899aabbccddeeff!x');
    await fill.exec();
    console.disconnect();
    const { text, code } = await doctor('--redis', large.url, ...quick);
    expect(text).toContain('has more than was looked at');
    expect(text).toContain('DJANGO_BRIDGE=on');
    expect(code).toBe(0);
  });

  it('tells what of its own arguments is wrong', async () => {
    await refusal('http://nowhere', 'A URL of Redis is redis://');
    await refusal('redis-sentinel://one', 'redis-sentinel://one:26379;two:26379/<master>');
    const wrong = [
      [await doctor('--redis', house.redis.url, '--listen', 'long'), '--listen: must be seconds'],
      [
        await doctor('--redis', house.redis.url, '--keys', '["a"', ...quick),
        '--keys, or CHANNEL_ENCRYPTION_KEYS: must be',
      ],
      [await doctor('--redis', house.redis.url, '--twice'), "Unknown option '--twice'"],
      [await doctorWith({ REDIS_URL: '' }), 'npm run doctor -- --redis'],
    ] as const;
    for (const [{ text, code }, sentence] of wrong) {
      expect(text).toContain(sentence);
      expect(code).toBe(2);
    }
  });
});
