import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisHostOption } from '../../src/channel-layer/redis-address.js';
import { redisAddress } from '../../src/channel-layer/redis-address.js';
import { withoutSecrets } from '../../src/channel-layer/redis-url.js';
import { look } from '../../src/doctor/look.js';
import { twoCoreNodes, twoRedisNodes } from '../support/channel-layers.js';
import { startPeer } from '../support/django.js';
import { nextOf } from '../support/observe.js';
import { startSentinel } from '../support/sentinel.js';
import { subscribers } from '../support/subscribers.js';
import { caFile, certificateFile, keyFile, startTlsRedis } from '../support/tls.js';

Logger.overrideLogger(false);
let redis: Awaited<ReturnType<typeof startTlsRedis>>;
beforeAll(async () => {
  redis = await startTlsRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

const event = (message: string) => ({ type: 'chat.message', message });
const layers = [
  ['core', twoCoreNodes],
  ['pubsub', twoRedisNodes],
] as const;

/** Both nodes get there, and one hears the other. */
async function talkBy(host: RedisHostOption): Promise<void> {
  for (const [, twoNodes] of layers) {
    await using nodes = await twoNodes({ hosts: [host] });
    const channel = await nodes.b.newChannel();
    await nodes.b.groupAdd('room', channel);
    const arrived = nextOf(nodes.b.receive(channel), 1);
    await nodes.a.groupSend('room', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
  }
}

describe('a Redis behind TLS', () => {
  it.each(layers)(
    "is reached by the URL of Django's settings, as it stands there: %s",
    async (layer, twoNodes) => {
      const url = `${redis.tlsUrl}/1?ssl_ca_certs=${encodeURIComponent(caFile)}`;
      await using django = startPeer({ layer, hosts: [url] });
      await using nodes = await twoNodes({ hosts: [url] });
      const [mine, theirs] = [await nodes.a.newChannel(), await django.call<string>('new_channel')];
      await nodes.a.groupAdd('room', mine);
      await django.call('group_add', 'room', theirs);
      if (layer === 'pubsub') await subscribers([redis.url], 'asgi__group__room', 2);
      const [here, there] = [nextOf(nodes.a.receive(mine), 2, 15_000), django.call('receive', theirs)];
      await nodes.b.groupSend('room', event('ours'));
      expect(await there).toEqual(event('ours'));
      await django.call('group_send', 'room', event('theirs'));
      expect(await here).toEqual([event('ours'), event('theirs')]);
    },
  );

  it('is trusted as far as somebody says: not at all, by its CA, whatever its name, whoever it is', async () => {
    const elsewhere = redis.tlsUrl.replace('localhost', '127.0.0.1');
    for (const untrusted of [redis.tlsUrl, `${elsewhere}?ssl_ca_certs=${caFile}`])
      await expect(reached(untrusted)).rejects.toThrow(/self-signed certificate|altnames/);
    await talkBy(`${elsewhere}?ssl_ca_certs=${caFile}&ssl_check_hostname=False`);
    await talkBy(`${elsewhere}?ssl_cert_reqs=none`);
    await talkBy({ address: elsewhere, ssl_cert_reqs: null });
  });

  it('may ask for a certificate of ours', async () => {
    await using strict = await startTlsRedis({ asksClients: true });
    const url = `${strict.tlsUrl}?ssl_ca_certs=${caFile}`;
    await expect(reached(url)).rejects.toThrow();
    await talkBy(`${url}&ssl_certfile=${certificateFile}&ssl_keyfile=${keyFile}`);
  });

  it('is found by sentinels that speak TLS, too', async () => {
    await using sentinel = await startSentinel(redis.tlsPort, { tls: true });
    const trust = { ssl_ca_certs: caFile, ssl_check_hostname: false };
    await talkBy(
      `rediss-sentinel://localhost:${sentinel.port}/mymaster?ssl_ca_certs=${caFile}&ssl_check_hostname=false`,
    );
    await talkBy({
      sentinels: [['localhost', sentinel.port]],
      master_name: 'mymaster',
      ssl: true,
      ...trust,
      sentinel_kwargs: { ssl: true, ...trust },
    });
  });

  it('is not trusted more by a mistake', () => {
    const refused = (query: string) => () => redisAddress(`rediss://cache?${query}`);
    expect(refused('ssl_ca_certs=/nowhere/ca.pem')).toThrow('ssl_ca_certs cannot be read: ENOENT');
    expect(refused('ssl_cert_reqs=maybe')).toThrow('ssl_cert_reqs is required, optional or none');
    expect(refused('ssl_ciphers=x')).toThrow('not ssl_ciphers');
    expect(() => redisAddress('redis://cache?ssl_cert_reqs=required')).toThrow('begins with rediss://');
    expect(() => redisAddress({ address: 'redis://cache', ssl_ca_certs: caFile })).toThrow('rediss://');
    expect(withoutSecrets('rediss://cache?ssl_password=hush&db=1')).not.toContain('hush');
  });
});

/** As the doctor looks: one attempt, which tells why it failed. */
async function reached(url: string): Promise<void> {
  await look(url, 0);
}
