import { BehaviorSubject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type LiveSession, SessionCache } from '../../src/auth/session.cache.js';
import { UncertainSessions } from '../../src/auth/uncertain-sessions.js';
import type { LayerHealth } from '../../src/channel-layer/channel-layer.js';

const session = (id: string): LiveSession => ({
  id: `session of ${id}`,
  user: { id, name: id },
  expiresAt: Number.POSITIVE_INFINITY,
  absoluteEnd: Number.POSITIVE_INFINITY,
  renewed: false,
});

/** A database whose answers come when they are told to, and that counts how often it was asked. */
function slowDatabase() {
  const asked: PromiseWithResolvers<LiveSession | null>[] = [];
  return {
    asked,
    load: () => {
      const question = Promise.withResolvers<LiveSession | null>();
      asked.push(question);
      return question.promise;
    },
  };
}

describe('remembering sessions', () => {
  it('asks once for all that come before the answer, and for some seconds after it', async () => {
    let now = 0;
    const cache = new SessionCache(5_000, 10, () => now);
    const { asked, load } = slowDatabase();
    const both = Promise.all([cache.get('t', load), cache.get('t', load)]);
    asked[0]?.resolve(session('ann'));
    expect((await both).map((live) => live?.user.id)).toEqual(['ann', 'ann']);
    now = 4_999;
    await cache.get('t', load);
    expect(asked).toHaveLength(1);
    now = 5_000;
    void cache.get('t', load);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve(null);
  });

  it('never remembers a session that was ended while it was being read', async () => {
    const cache = new SessionCache();
    const { asked, load } = slowDatabase();
    const before = cache.get('t', load);
    cache.drop('t');
    asked[0]?.resolve(session('ann'));
    await before;
    const after = cache.get('t', load);
    asked[1]?.resolve(null);
    expect(await after).toBeNull();
  });

  it('never remembers the old name of a person who was renamed while it was being read', async () => {
    const cache = new SessionCache();
    const { asked, load } = slowDatabase();
    const before = cache.get('t', load);
    cache.dropPerson('ann');
    asked[0]?.resolve(session('ann'));
    await before;
    void cache.get('t', load);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve(null);
  });

  it('forgets every sign-in of a person who is renamed, and of nobody else', async () => {
    const cache = new SessionCache();
    await cache.get('a1', async () => session('ann'));
    await cache.get('a2', async () => session('ann'));
    await cache.get('b', async () => session('bob'));
    cache.dropPerson('ann');
    const { asked, load } = slowDatabase();
    expect((await cache.get('b', load))?.user.id).toBe('bob');
    for (const token of ['a1', 'a2']) void cache.get(token, load);
    expect(asked).toHaveLength(2);
    for (const question of asked) question.resolve(null);
  });

  it('asks each time while other processes are out of reach, and keeps nothing from before or of that time', async () => {
    const cache = new SessionCache();
    const health = new BehaviorSubject<LayerHealth>('ready');
    const watch = new UncertainSessions(cache, health);
    await cache.get('t', async () => session('ann'));
    const late = slowDatabase();
    const underWay = cache.get('u', late.load);
    health.next('degraded');
    late.asked[0]?.resolve(session('bob'));
    await underWay;
    expect(await cache.get('t', async () => null)).toBeNull();
    expect(await cache.get('u', async () => null)).toBeNull();
    await cache.get('t', async () => session('ann'));
    health.next('ready');
    expect(await cache.get('t', async () => null)).toBeNull();

    await cache.get('t', async () => session('ann'));
    expect((await cache.get('t', async () => null))?.user.id).toBe('ann');
    watch.onApplicationShutdown();
    expect(health.observed).toBe(false);
  });

  it('remembers neither a session that is not there nor a database that did not answer', async () => {
    const cache = new SessionCache();
    expect(await cache.get('t', async () => null)).toBeNull();
    const away = cache.get('t', () => Promise.reject(new Error('away')));
    await expect(away).rejects.toThrow('away');
    expect(await cache.get('t', async () => session('ann'))).not.toBeNull();
  });

  it('holds only so many', async () => {
    const cache = new SessionCache(5_000, 2);
    for (const id of ['a', 'b', 'c']) await cache.get(id, async () => session(id));
    const { asked, load } = slowDatabase();
    await Promise.all([cache.get('b', load), cache.get('c', load)]);
    expect(asked).toHaveLength(0);
    void cache.get('a', load);
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(null);
  });
});
