import { randomBytes, randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Database } from '../database/database.js';
import type { RoomTable } from '../database/tables.js';
import type { User } from '../protocol/index.js';
import { RoomDirectory, type Room, type RoomOverview } from './room-log.js';
import { guestFlag, timeOf, userOf } from './rows.js';

/** The rooms, in either dialect. */
export class SqlRoomDirectory extends RoomDirectory {
  constructor(private readonly database: Database) {
    super();
  }

  override async find(name: string): Promise<Room | null> {
    const row = await this.database.attempt(() =>
      this.database.kysely.selectFrom('room').selectAll().where('name', '=', name).executeTakeFirst(),
    );
    return row === undefined ? null : roomOf(row);
  }

  override async open(name: string, title = name): Promise<{ room: Room; created: boolean }> {
    const found = await this.find(name);
    if (found !== null) return { room: found, created: false };
    const now = Date.now();
    const row = {
      id: randomUUID(),
      name,
      title,
      topic: '',
      kind: 'public' as const,
      epoch: randomBytes(9).toString('base64url'),
      head: 0,
      created_at: now,
      last_at: now,
    };
    return this.database.attempt(async () => {
      await this.database.kysely
        .insertInto('room')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      // Whoever was first: another process, this one, or this one before its connection broke.
      const stored = await this.database.kysely
        .selectFrom('room')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return { room: roomOf(stored), created: stored.id === row.id };
    });
  }

  override async list(limit: number): Promise<RoomOverview[]> {
    const query = this.database.kysely
      .selectFrom('room')
      .leftJoin('event', (join) =>
        join
          .onRef('event.room_id', '=', 'room.id')
          .on('event.seq', '=', (eb) =>
            eb
              .selectFrom('event as newest')
              .innerJoin('message as words', 'words.no', 'newest.no')
              .select('newest.seq')
              .whereRef('newest.room_id', '=', 'room.id')
              .where('words.deleted_at', 'is', null)
              .orderBy('newest.seq', 'desc')
              .limit(1),
          ),
      )
      .leftJoin('message', 'message.no', 'event.no')
      .leftJoin('person', 'person.id', 'event.actor_id')
      .selectAll('room')
      .select([
        'event.actor_id',
        'message.text',
        'event.at',
        'person.name as person',
        'person.guest',
        'person.picture',
      ])
      .where('kind', '=', 'public')
      .orderBy('room.last_at', 'desc')
      .orderBy('room.id', 'desc')
      .limit(limit);
    const rows = await this.database.attempt(() => query.execute());
    return rows.map(({ actor_id, text, at, person, guest, picture, ...room }) => {
      if (actor_id === null || text === null || at === null) return { room: roomOf(room) };
      const actor = userOf(actor_id, { name: person, guest, picture });
      return { room: roomOf(room), last: { actor, text, at: timeOf(at) } };
    });
  }

  override async renamePerson(user: User): Promise<void> {
    const { id, name, picture = null } = user;
    const guest = guestFlag(user);
    const query = this.database.kysely
      .insertInto('person')
      .values({ id, name, guest, picture })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, guest, picture }));
    await this.database.attempt(() => query.execute());
  }

  override ping(): Promise<void> {
    return this.database.ping();
  }
}

function roomOf(row: Selectable<RoomTable>): Room {
  const { id, name, title, topic, epoch, head } = row;
  return { id, name, title, topic, epoch, head, createdAt: timeOf(row.created_at) };
}
