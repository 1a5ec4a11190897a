import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../database/database.js';
import type { RoomTable, Tables } from '../database/tables.js';
import type { User } from '../protocol/index.js';
import { newEpoch } from './new-epoch.js';
import { type NewRoom, RoomDirectory, type Room, type RoomOverview } from './room-log.js';
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

  override async open(
    name: string,
    title = name,
    owner?: User,
    topic = '',
  ): Promise<{ room: Room; created: boolean }> {
    const found = await this.find(name);
    if (found !== null) return { room: found, created: false };
    const row = newRow({ name, title, topic, kind: 'public', direct_key: null });
    return this.insert(row, owner ? [{ user: owner, role: 'owner' }] : []);
  }

  override async create({ kind, title, topic, members, directKey }: NewRoom) {
    // 128 random bits: no two are alike, and nobody finds one by guessing.
    const name = `~${base32(randomBytes(16))}`;
    return this.insert(newRow({ name, title, topic, kind, direct_key: directKey ?? null }), members);
  }

  /** Room and members at once: nobody finds a room without its owner. */
  private insert(row: NewRow, members: NewRoom['members']): Promise<{ room: Room; created: boolean }> {
    return this.database.attempt(() =>
      this.database.kysely.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('room')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        // Whoever was first: another process, this one, or this one before its connection broke.
        const known = row.direct_key === null ? 'name' : 'direct_key';
        const stored = await transaction
          .selectFrom('room')
          .selectAll()
          .where(known, '=', row[known])
          .executeTakeFirstOrThrow();
        const created = stored.id === row.id;
        if (created && members.length > 0) {
          const people = members.map(({ user }) => user).toSorted((a, b) => (a.id < b.id ? -1 : 1));
          await transaction
            .insertInto('person')
            .values(people.map((user) => ({ id: user.id, name: user.name, guest: guestFlag(user) })))
            .onConflict((conflict) => conflict.column('id').doNothing())
            .execute();
          await transaction
            .insertInto('standing')
            .values(members.map(({ user, role }) => ({ room_id: row.id, user_id: user.id, role, seq: 0 })))
            .execute();
        }
        return { room: roomOf(stored), created };
      }),
    );
  }

  override list(limit: number): Promise<RoomOverview[]> {
    return this.overviews(selectOverviews(this.database.kysely).where('kind', '=', 'public').limit(limit));
  }

  override listOf(userId: string, limit: number): Promise<RoomOverview[]> {
    const query = selectOverviews(this.database.kysely)
      .innerJoin('standing', 'standing.room_id', 'room.id')
      .where('standing.user_id', '=', userId)
      .where('standing.role', 'in', ['owner', 'moderator', 'member'])
      .where('kind', '!=', 'public')
      .limit(limit);
    return this.overviews(query);
  }

  private async overviews(query: OverviewQuery): Promise<RoomOverview[]> {
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

  override get takesWrites(): boolean {
    return this.database.takesWrites;
  }
}

type NewRow = ReturnType<typeof newRow>;
type OverviewQuery = Pick<ReturnType<typeof selectOverviews>, 'execute'>;

function newRow(given: Pick<Selectable<RoomTable>, 'name' | 'title' | 'topic' | 'kind' | 'direct_key'>) {
  const now = Date.now();
  return {
    id: randomUUID(),
    ...given,
    epoch: newEpoch(),
    head: 0,
    created_at: now,
    last_at: now,
  };
}

/** Newest activity first, each with its newest message that is still there. */
function selectOverviews(kysely: Kysely<Tables>) {
  return kysely
    .selectFrom('room')
    .leftJoin('event', (join) =>
      join
        .onRef('event.room_id', '=', 'room.id')
        .on('event.seq', '=', (eb) =>
          eb
            .selectFrom('event as newest')
            .select('newest.seq')
            .whereRef('newest.room_id', '=', 'room.id')
            .where('newest.type', '=', 'message.created')
            .where('newest.deleted_at', 'is', null)
            .orderBy('newest.seq', 'desc')
            .limit(1),
        ),
    )
    .leftJoin('person', 'person.id', 'event.actor_id')
    .selectAll('room')
    .select(['event.actor_id', 'event.text', 'event.at'])
    .select(['person.name as person', 'person.guest', 'person.picture'])
    .orderBy('room.last_at', 'desc')
    .orderBy('room.id', 'desc');
}

/** RFC 4648, in lower case, without padding. */
function base32(bytes: Buffer): string {
  let text = '';
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  // 130 bits are 26 letters.
  bits <<= 2n;
  for (let shift = 125n; shift >= 0n; shift -= 5n)
    text += 'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number((bits >> shift) & 31n));
  return text;
}

/** What a room is, as it is read: when something last happened there is for sorting alone. */
export type RoomRow = Omit<Selectable<RoomTable>, 'last_at' | 'direct_key'>;

export function roomOf(row: RoomRow): Room {
  const { id, name, title, topic, kind, epoch, head, rights, archived_at, slow_mode_s } = row;
  return {
    id,
    name,
    title,
    topic,
    kind,
    archived: archived_at !== null,
    slowModeSeconds: slow_mode_s,
    rights,
    epoch,
    head,
    createdAt: timeOf(row.created_at),
  };
}
