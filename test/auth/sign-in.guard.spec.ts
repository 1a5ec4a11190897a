import { describe, expect, it } from 'vitest';
import { KnownDevices } from '../../src/auth/known-device.js';
import { SignInGuard } from '../../src/auth/sign-in.guard.js';
import { onEachDatabase, openAuth, type Place } from './auth.house.js';

async function guarded(place: Place, nodes = 1) {
  const house = await openAuth(place);
  let now = Date.parse('2026-01-01T00:00:00Z');
  const guards = Array.from(
    { length: nodes },
    () => new SignInGuard(house.database, 'a secret', true, () => now),
  );
  const [guard] = guards as [SignInGuard];
  const attempt = (name: string, address: string, device?: string, by = guard) =>
    by.begin(name, address, device).then(
      () => 0,
      (error: { retryAfterMs: number }) => error.retryAfterMs,
    );
  return {
    ...house,
    guard,
    guards,
    attempt,
    pass: (ms: number) => (now += ms),
    /** How many of these were let through. */
    async allowed(count: number, each: (n: number) => Promise<number>) {
      let sum = 0;
      for (let n = 0; n < count; n += 1) if ((await each(n)) === 0) sum += 1;
      return sum;
    },
  };
}

onEachDatabase((open) => {
  describe('whoever guesses a password', () => {
    it('waits after five, twice as long each time, and never longer than a quarter of an hour', async () => {
      await using place = await open();
      await using it = await guarded(place);
      for (let n = 0; n < 5; n++) expect(await it.attempt('ann', '10.0.0.1')).toBe(0);
      const waits: number[] = [];
      for (let n = 0; n < 12; n++) {
        const wait = await it.attempt('ann', '10.0.0.1');
        expect(await it.attempt('ann', '10.0.0.1')).toBe(wait);
        waits.push(wait);
        it.pass(wait);
        expect(await it.attempt('ann', '10.0.0.1')).toBe(0);
      }
      const seconds = waits.map((wait) => wait / 1000);
      expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    });

    it('gains nothing by asking many times at once, or several processes', async () => {
      await using place = await open();
      await using it = await guarded(place, 4);
      const all = Array.from({ length: 100 }, (_, n) =>
        it.attempt('ann', '10.0.0.1', undefined, it.guards[n % 4]),
      );
      expect((await Promise.all(all)).filter((wait) => wait === 0)).toHaveLength(5);
    });

    it('gains a hundred an hour for one name by many addresses, over all processes', async () => {
      await using place = await open();
      await using it = await guarded(place, 3);
      const from = (n: number) => it.attempt('ann', `10.0.${n >> 8}.${n & 255}`, undefined, it.guards[n % 3]);
      expect(await it.allowed(300, from)).toBe(100);
      it.pass(3_600_001);
      expect(await from(1)).toBe(0);
    });

    it('gains two hundred an hour from one address by many names, and from one IPv6 network', async () => {
      for (const address of [() => '10.0.0.1', (n: number) => `2001:db8:1:2::${n.toString(16)}`]) {
        await using place = await open();
        await using it = await guarded(place, 2);
        const by = (n: number) => it.attempt(`name ${n}`, address(n), undefined, it.guards[n % 2]);
        expect(await it.allowed(300, by)).toBe(200);
      }
    });

    it('does not keep out who knows it and signed in from this browser before', async () => {
      await using place = await open();
      await using it = await guarded(place);
      const { attempt, guard } = it;
      await it.allowed(150, (n) => attempt('ann', `10.0.${n >> 8}.${n & 255}`));
      expect(await attempt('ann', '10.0.0.1')).toBeGreaterThan(0);
      await (await guard.begin('ann', '10.0.0.1', 'her browser')).succeeded();
      for (let n = 0; n < 5; n++) expect(await attempt('ann', '10.0.0.1', 'her browser')).toBe(0);
      expect(await attempt('ann', '10.0.0.1', 'her browser')).toBeGreaterThan(0);
    });

    it('starts anew after a right one, and is not charged for what we could not judge', async () => {
      await using place = await open();
      await using it = await guarded(place);
      const { attempt, guard } = it;
      for (let n = 0; n < 4; n++) await attempt('ann', '10.0.0.1');
      await (await guard.begin('ann', '10.0.0.1')).succeeded();
      for (let n = 0; n < 4; n++) await attempt('ann', '10.0.0.1');
      for (let n = 0; n < 10; n++) await (await guard.begin('ann', '10.0.0.1')).withdraw();
      expect(await attempt('ann', '10.0.0.1')).toBe(0);
      expect(await attempt('ann', '10.0.0.1')).toBeGreaterThan(0);
    });

    it('is counted without a name or an address in the database, and forgotten when the hour is over', async () => {
      await using place = await open();
      await using it = await guarded(place);
      await it.attempt('my secret password', '203.0.113.77');
      const rows = await it.database.kysely.selectFrom('attempt').selectAll().execute();
      expect(rows).toHaveLength(3);
      expect(JSON.stringify(rows)).not.toMatch(/secret|203/);
      it.pass(3_600_001);
      await it.attempt('ann', '10.0.0.1');
      await expect
        .poll(() => it.database.kysely.selectFrom('attempt').select('key').execute())
        .toHaveLength(3);
    });

    it('costs the database nothing while it is known that they have to wait', async () => {
      await using place = await open();
      await using it = await guarded(place);
      const now = Date.now();
      const guard = new SignInGuard(it.auth.database, 'a secret', true, () => now);
      const attempt = () => guard.begin('ann', '10.0.0.1').catch((error: unknown) => error);
      for (let n = 0; n < 6; n++) await attempt();
      expect(await it.statementsOf(attempt)).toBe(0);
    });
  });
});

describe('a browser that is known', () => {
  it('is worth something for the name that it was issued for, and cannot be made up', () => {
    const devices = new KnownDevices('a secret');
    const cookie = devices.issue('ann');
    expect(devices.read(cookie, 'ann')).toEqual(expect.any(String));
    for (const [value, name] of [
      [cookie, 'bob'],
      [`${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`, 'ann'],
      ['', 'ann'],
      [new KnownDevices('another').issue('ann'), 'ann'],
    ] as const)
      expect(devices.read(value, name)).toBeUndefined();
  });
});
