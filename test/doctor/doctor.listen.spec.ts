import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openPage, startDaphne } from '../support/django.js';
import { doctor, oneRedis } from './doctor.house.js';

/** One for all tests: who was killed before is still in its groups, and nobody is to be led there. */
const house = oneRedis();

const secret = { format: 'json', keys: ['secret'] };
const settings = [
  ['core', {}, 'msgpack, clear text', ['CHANNEL_LAYER=redis', 'CHANNEL_SERIALIZER=msgpack']],
  ['core', secret, 'json, encrypted (key 1', ['CHANNEL_SERIALIZER=json', 'CHANNEL_ENCRYPTION_KEYS=']],
  ['pubsub', {}, 'msgpack, clear text', ['CHANNEL_LAYER=redis-pubsub', 'CHANNEL_SERIALIZER=msgpack']],
] as const;

describe.each(settings)(
  'the doctor beside a Daphne, %s, %o',
  { timeout: 240_000 },
  (layer, options, seen, configured) => {
    it('recognises what is said by somebody who opens a page while it listens', async () => {
      const CONFIG = { hosts: [house.redis.url], prefix: `while${layer}${seen.length}`, ...options };
      await using daphne = await startDaphne({ BACKEND: `layers.${layer}`, CONFIG });
      let listening = true;
      const told = doctor('--redis', house.redis.url, '--keys', 'secret', '--listen', '15').finally(
        () => (listening = false),
      );
      // It has looked before anybody came.
      await expect.poll(() => house.operator.pubsub('NUMPAT'), { timeout: 90_000 }).toBeGreaterThan(0);
      using page = await openPage(daphne.socketUrl('lobby'));
      // Django's own consumer takes each of them at once, as it does all day.
      for (let n = 0; listening; n++) {
        page.say(`word ${n}`);
        await pause(100);
      }
      const { text, code } = await told;
      for (const part of [seen, ...configured, 'DJANGO_BRIDGE=lobby']) expect(text).toContain(part);
      expect(text).not.toContain('No message was seen');
      expect(code).toBe(0);
    });
  },
);
