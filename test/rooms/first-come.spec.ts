import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimits } from '../../src/chat/rate-limits.js';
import { ChatError, type Room, RoomPolicy, type User } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.[Symbol.asyncDispose]());

const PEOPLE = 12;
const isBob = (n: number) => n % 4 === 3;

/** Those called Bob make no rooms; and nobody is told before all were asked. */
class NotBob extends RoomPolicy {
  private asked = 0;
  private readonly all = Promise.withResolvers<void>();

  override async mayCreate({ name }: User): Promise<void> {
    if (++this.asked === PEOPLE) this.all.resolve();
    await this.all.promise;
    if (name === 'Bob') throw new ChatError('forbidden', 'not Bob');
  }
  override mayRead(_user: User, _room: Room): void {}
  override maySend(_user: User, _room: Room): void {}
}

describe.each(['SQLite', 'PostgreSQL'])('A room of %s that is not there', (kind) => {
  async function house() {
    const DATABASE_URL = kind === 'SQLite' ? 'sqlite::memory:' : await postgres.createDatabase();
    return startChat({ env: { DATABASE_URL, RATE_LIMIT: true }, roomPolicy: NotBob });
  }

  it('is made once for all who come at once; who may make none is told so, and comes in behind them', async () => {
    await using chat = await house();
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, (_, n) => chat.connect(isBob(n) ? 'Bob' : `Ann ${n}`)),
    );
    const [bob, worn] = [people[3], people[4]];
    for (let n = 0; n < 20; n++) chat.app.get(RateLimits).create(worn?.user.id ?? '');
    const answers = await Promise.allSettled(people.map((one) => one.request('room.join', { room: 'new' })));
    const told = answers.map((answer) => (answer.status === 'fulfilled' ? 'in' : answer.reason.code));
    expect(told).toEqual(people.map((_, n) => (isBob(n) ? 'forbidden' : n === 4 ? 'rate_limited' : 'in')));
    const epochs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.epoch] : []));
    expect(new Set(epochs).size).toBe(1);
    for (const one of [bob, worn])
      expect((await one?.request('room.join', { room: 'new' }))?.epoch).toBe(epochs[0]);
  });
});
