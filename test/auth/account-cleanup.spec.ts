import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { AccountCleanup } from '../../src/auth/account-cleanup.js';
import { createRoomLog } from '../../src/log/create.room-log.js';
import type { User } from '../../src/protocol/index.js';
import { cookieOf, onEachDatabase, openAuth } from './auth.house.js';

const DAY_MS = 86_400_000;
const rules = { everyHours: 24, guestDays: 30 };
type House = Awaited<ReturnType<typeof openAuth>>;

const cleanup = ({ database }: House) => new AccountCleanup(database, rules);
const guest = async ({ provider }: House) => {
  const { user, cookies } = await provider.createGuest({ headers: {} });
  return { user, from: { headers: { cookie: cookieOf(cookies) } } };
};

/** The whole account, their sign-ins included, becomes older by so many days. */
async function age({ tables, instant }: House, userId: string, days: number): Promise<void> {
  const earlier = (at: string | Date) => instant(new Date(new Date(at).getTime() - days * DAY_MS));
  const user = await tables.selectFrom('user').selectAll().where('id', '=', userId).executeTakeFirstOrThrow();
  const updatedAt = earlier(user.updatedAt);
  await tables.updateTable('user').set({ updatedAt }).where('id', '=', userId).execute();
  for (const { id, expiresAt } of await tables
    .selectFrom('session')
    .selectAll()
    .where('userId', '=', userId)
    .execute()) {
    const change = { expiresAt: earlier(expiresAt) };
    await tables.updateTable('session').set(change).where('id', '=', id).execute();
  }
}

async function here({ tables }: House, userId: string): Promise<{ account: boolean; sessions: number }> {
  const account = await tables.selectFrom('user').select('id').where('id', '=', userId).executeTakeFirst();
  const sessions = await tables.selectFrom('session').select('id').where('userId', '=', userId).execute();
  return { account: account !== undefined, sessions: sessions.length };
}

async function write({ database }: House, actor: User): Promise<() => Promise<string[]>> {
  const { log, rooms } = createRoomLog(database);
  const { room } = await rooms.open('lobby');
  await log.append({
    roomId: room.id,
    actor,
    clientId: randomUUID(),
    type: 'message.created',
    data: { text: 'hello' },
  });
  return async () => (await log.range(room.id, { limit: 10 })).map((event) => event.actor.name);
}

onEachDatabase((place) => {
  it('a sign-in that has ended is removed, and one that has not is left alone', async () => {
    await using there = await place();
    await using house = await openAuth(there);
    const [gone, present] = [await guest(house), await guest(house)];
    await age(house, gone.user.id, 15);
    expect(await cleanup(house).run()).toEqual({ sessions: 1, guests: 0 });
    expect(await here(house, gone.user.id)).toEqual({ account: true, sessions: 0 });
    expect(await here(house, present.user.id)).toEqual({ account: true, sessions: 1 });
    expect(await house.provider.identify(present.from)).toMatchObject({ user: present.user });
    expect(await cleanup(house).run()).toEqual({ sessions: 0, guests: 0 });
  });

  it('a guest who left no trace is removed once they had no sign-in for thirty days', async () => {
    await using there = await place();
    await using house = await openAuth(there);
    const { user } = await guest(house);
    await age(house, user.id, 400);
    const now = Date.now();
    // Their last sign-in goes with the first run: the thirty days begin there.
    expect(await cleanup(house).run(now)).toEqual({ sessions: 1, guests: 0 });
    expect(await cleanup(house).run(now + 30 * DAY_MS)).toEqual({ sessions: 0, guests: 0 });
    expect(await cleanup(house).run(now + 30 * DAY_MS + 1)).toEqual({ sessions: 0, guests: 1 });
    expect(await here(house, user.id)).toEqual({ account: false, sessions: 0 });
  });

  it('a guest who wrote, or chose a name, or has an account by now, is kept, and so is the name', async () => {
    await using there = await place();
    await using house = await openAuth(there);
    const [writer, named, registered] = [await guest(house), await guest(house), await guest(house)];
    const authors = await write(house, writer.user);
    await createRoomLog(house.database).rooms.renamePerson({ ...named.user, name: 'Chosen' });
    const isAnonymous = house.database.dialect === 'postgres' ? false : 0;
    await house.tables
      .updateTable('user')
      .set({ isAnonymous })
      .where('id', '=', registered.user.id)
      .execute();
    const all = [writer, named, registered];
    for (const { user } of all) await age(house, user.id, 400);
    expect(await cleanup(house).run()).toEqual({ sessions: 3, guests: 0 });
    expect(await cleanup(house).run(Date.now() + 400 * DAY_MS)).toEqual({ sessions: 0, guests: 0 });
    for (const { user } of all) expect(await here(house, user.id)).toEqual({ account: true, sessions: 0 });
    expect(await authors()).toEqual([writer.user.name]);
  });

  it('hundreds go in small steps, each once, though two processes clean at the same time', async () => {
    await using there = await place();
    await using house = await openAuth(there);
    const longAgo = house.instant(new Date(Date.now() - 100 * DAY_MS));
    const yes = house.database.dialect === 'postgres' ? true : 1;
    const no = house.database.dialect === 'postgres' ? false : 0;
    const stamps = { createdAt: longAgo, updatedAt: longAgo };
    const people = Array.from({ length: 450 }, (_, n) => ({
      ...stamps,
      id: randomUUID(),
      name: 'Guest',
      email: `${n}@guest.invalid`,
      emailVerified: no,
      image: null,
      isAnonymous: n % 3 === 0 ? no : yes,
    }));
    for (let from = 0; from < people.length; from += 50)
      await house.tables
        .insertInto('user')
        .values(people.slice(from, from + 50))
        .execute();
    const removed = await Promise.all([cleanup(house).run(), cleanup(house).run()]);
    expect(removed.reduce((sum, { guests }) => sum + guests, 0)).toBe(300);
    const left = await house.tables.selectFrom('user').select('isAnonymous').execute();
    expect(left.map(({ isAnonymous }) => Boolean(isAnonymous))).toEqual(
      Array.from({ length: 150 }, () => false),
    );
  });

  it('a server that stops in the middle waits for the step under way, and for nothing else', async () => {
    await using there = await place();
    await using house = await openAuth(there);
    const { user } = await guest(house);
    await age(house, user.id, 15);
    const one = cleanup(house);
    one.onApplicationBootstrap();
    let removed: unknown;
    void one.run().then((all) => (removed = all));
    await one.beforeApplicationShutdown();
    // What was begun is done; the guests, whose turn would have been next, were not looked at.
    expect(removed).toEqual({ sessions: 1, guests: 0 });
  });
});
