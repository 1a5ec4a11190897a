import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { CachedRoomDirectory } from '../../src/log/cached.room-directory.js';
import { SqlRoomDirectory } from '../../src/log/sql.room-directory.js';
import { SqlRoomMembers } from '../../src/log/sql.room-members.js';
import { ChatError, type User } from '../../src/protocol/index.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ann: User = { id: 'ann', name: 'Ann' };
const bob: User = { id: 'bob', name: 'Bob' };

/** As it is, but that a test knows who asks it, and may spoil the answer. */
class WatchedDirectory extends SqlRoomDirectory {
  readonly owners: (string | undefined)[] = [];
  beforeAnswer: (owner?: User) => Promise<void> = async () => undefined;

  override async open(name: string, title?: string, owner?: User, topic?: string) {
    this.owners.push(owner?.id);
    const opened = await super.open(name, title, owner, topic);
    await this.beforeAnswer(owner);
    return opened;
  }
}

describe.each(['SQLite', 'PostgreSQL'])('Many who open a room of %s that is not there', (kind) => {
  async function house() {
    const url = kind === 'SQLite' ? 'sqlite::memory:' : await server.createDatabase();
    const database = await openDatabase({ url, pool: 3 });
    await migrate(database);
    const asked = new WatchedDirectory(database);
    const rooms = new CachedRoomDirectory(asked);
    const place = async (room: string, who: User) =>
      (await new SqlRoomMembers(database).access(room, who.id))?.place.role;
    return { asked, rooms, place, [Symbol.asyncDispose]: () => database.close() };
  }

  it('ask the database once, and it belongs to who asked first', async () => {
    await using lobby = await house();
    const { rooms, asked, place } = lobby;
    const opened = await Promise.all([
      rooms.open('new', 'Of Ann', ann),
      rooms.open('new', 'Of Bob', bob),
      ...Array.from({ length: 254 }, () => rooms.open('new')),
      rooms.open('other', undefined, bob),
    ]);
    expect(asked.owners).toEqual(['ann', 'bob']);
    const other = opened.pop();
    expect(opened.filter(({ created }) => created)).toEqual([opened[0]]);
    expect(new Set(opened.map(({ room }) => room.id)).size).toBe(1);
    expect(opened[1]?.room.title).toBe('Of Ann');
    expect(other).toMatchObject({ created: true, room: { name: 'other' } });
    expect(await place('new', ann)).toBe('owner');
    expect(await place('new', bob)).not.toBe('owner');
  });

  it('ask anew when it was opened', async () => {
    await using lobby = await house();
    const { rooms, asked } = lobby;
    expect((await rooms.open('new', 'New', ann)).created).toBe(true);
    expect(await rooms.open('new', 'New', bob)).toMatchObject({ created: false, room: { title: 'New' } });
    expect(asked.owners).toEqual(['ann', 'bob']);
  });

  it('are all told where the database does not answer, and may ask again', async () => {
    await using lobby = await house();
    const { rooms, asked } = lobby;
    const away = new ChatError('unavailable', 'away');
    asked.beforeAnswer = () => Promise.reject(away);
    const waiting = Array.from({ length: 20 }, () => rooms.open('new').catch((error: unknown) => error));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([away]));
    expect(asked.owners).toHaveLength(1);
    asked.beforeAnswer = async () => undefined;
    expect((await rooms.open('new')).room.name).toBe('new');
  });

  it('do not suffer from what was wrong with the wish of one', async () => {
    await using lobby = await house();
    const { rooms, asked } = lobby;
    asked.beforeAnswer = async (owner) => {
      if (owner === ann) throw new TypeError('her own');
    };
    const [hers, ...others] = await Promise.allSettled([
      rooms.open('new', undefined, ann),
      ...Array.from({ length: 20 }, () => rooms.open('new', undefined, bob)),
    ]);
    expect(hers).toMatchObject({ status: 'rejected', reason: { message: 'her own' } });
    expect(others.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(asked.owners).toEqual(['ann', 'bob']);
  });
});
