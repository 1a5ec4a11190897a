import { type Kysely, sql } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { skeleton } from '../auth/look-alikes.js';
import { isShutOut } from '../auth/standing.js';
import { userOf as accountOf } from '../auth/user-row.js';
import type { Database } from '../database/database.js';
import type { Tables } from '../database/tables.js';
import type { Role, User } from '../protocol/index.js';
import { type Access, type Place, type RoomBan, type RoomMember, RoomMembers } from './room-members.js';
import { roomOf } from './sql.room-directory.js';
import { isNowhere, roomOrNowhere } from './nowhere.js';
import { userOf } from './rows.js';

const ROLES: readonly Role[] = ['owner', 'moderator', 'member'];
const nowhere: Place = { role: 'none', seq: 0, bannedUntil: 0, mutedUntil: 0 };

/** Who is what in a room, in either dialect. */
export class SqlRoomMembers extends RoomMembers {
  private readonly tables: Kysely<Tables & AuthTables>;

  constructor(private readonly database: Database) {
    super();
    this.tables = database.kysely.withTables<AuthTables>();
  }

  /** The same work and a row that is as full, whether there is such a room or not: a clock must not tell which. */
  override async access(name: string, userId: string): Promise<Access> {
    const query = this.tables
      .selectFrom(sql<{ name: string }>`(select cast(${name} as text) as name)`.as('wanted'))
      .leftJoin('room', 'room.name', 'wanted.name')
      .leftJoin('standing', (join) =>
        join
          .on('standing.room_id', '=', (columns) => columns.fn.coalesce('room.id', 'wanted.name'))
          .on('standing.user_id', '=', userId),
      )
      .leftJoin('user', (join) => join.on('user.id', '=', userId))
      .select(roomOrNowhere)
      .select(['wanted.name', 'archived_at'])
      .select(['standing.role', 'standing.seq', 'banned_until', 'muted_until', 'user.role as office']);
    const row = await this.database.attempt(() => query.executeTakeFirstOrThrow());
    const exists = !isNowhere(row.id);
    return { room: roomOf(row), place: placeOf(row), isAdmin: row.office === 'admin', exists };
  }

  override async place(roomId: string, userId: string): Promise<Place> {
    const query = this.tables
      .selectFrom('standing')
      .select(['role', 'seq', 'banned_until', 'muted_until'])
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId);
    const row = await this.database.attempt(() => query.executeTakeFirst());
    return row === undefined ? nowhere : placeOf(row);
  }

  override async members(roomId: string, limit: number): Promise<RoomMember[]> {
    const query = this.tables
      .selectFrom('standing')
      .leftJoin('person', 'person.id', 'user_id')
      .select(['user_id', 'role', 'muted_until', 'name', 'guest', 'picture'])
      .where('room_id', '=', roomId)
      .where('role', 'in', ROLES)
      .orderBy((order) => order.case('role').when('owner').then(0).when('moderator').then(1).else(2).end())
      .orderBy('name')
      .orderBy('user_id')
      .limit(limit);
    const rows = await this.database.attempt(() => query.execute());
    return rows.map(({ user_id, role, muted_until, ...person }) => ({
      user: userOf(user_id, person),
      role: role as Role,
      mutedUntil: muted_until ?? 0,
    }));
  }

  override async owners(roomId: string): Promise<number> {
    const query = this.tables
      .selectFrom('standing')
      .select('user_id')
      .where('room_id', '=', roomId)
      .where('role', '=', 'owner')
      .limit(2);
    return (await this.database.attempt(() => query.execute())).length;
  }

  override async bans(roomId: string, now: number): Promise<RoomBan[]> {
    const query = this.tables
      .selectFrom('standing')
      .leftJoin('person', 'person.id', 'user_id')
      .select(['user_id', 'banned_until', 'reason', 'name', 'guest', 'picture'])
      .where('room_id', '=', roomId)
      .where('banned_until', '>', now)
      .orderBy('seq', 'desc')
      .limit(1_000);
    const rows = await this.database.attempt(() => query.execute());
    return rows.map(({ user_id, banned_until, reason, ...person }) => ({
      user: userOf(user_id, person),
      until: banned_until ?? 0,
      ...(reason !== null && { reason }),
    }));
  }

  override async bannedFrom(userId: string, now: number): Promise<Set<string>> {
    const query = this.tables
      .selectFrom('standing')
      .innerJoin('room', 'room.id', 'standing.room_id')
      .select('room_id')
      .where('user_id', '=', userId)
      .where('banned_until', '>', now)
      .where('kind', '=', 'public');
    const rows = await this.database.attempt(() => query.execute());
    return new Set(rows.map(({ room_id }) => room_id));
  }

  override async people(ids: readonly string[]): Promise<User[]> {
    return (await this.known(ids)).map(({ status: _only, ...user }) => user);
  }

  override async person(id: string): Promise<User | null> {
    return (await this.known([id]))[0] ?? null;
  }

  private async known(ids: readonly string[]): Promise<User[]> {
    if (ids.length === 0) return [];
    const [accounts, written] = await this.database.attempt(() =>
      Promise.all([
        this.tables.selectFrom('user').selectAll().where('id', 'in', ids).execute(),
        this.tables.selectFrom('person').selectAll().where('id', 'in', ids).execute(),
      ]),
    );
    // Where others keep the accounts, there are only people who have been heard of here.
    const found = new Map(written.map(({ id, ...person }) => [id, userOf(id, person)]));
    for (const row of accounts)
      if (isShutOut(row)) found.delete(row.id);
      else found.set(row.id, accountOf(row));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  override async named(name: string): Promise<User | null> {
    const [claim, written] = await this.database.attempt(() =>
      Promise.all([
        this.tables
          .selectFrom('takenName')
          .select('userId')
          .where('skeleton', '=', skeleton(name))
          .executeTakeFirst(),
        this.tables
          .selectFrom('person')
          .select('id')
          .where('name', '=', name)
          .where('guest', '=', 0)
          .limit(2)
          .execute(),
      ]),
    );
    const id = claim?.userId ?? (written.length === 1 ? written[0]?.id : undefined);
    const [person] = id === undefined ? [] : await this.people([id]);
    return person && !person.guest ? person : null;
  }

  override async others(roomIds: readonly string[], userId: string): Promise<Map<string, User[]>> {
    const found = new Map<string, User[]>();
    if (roomIds.length === 0) return found;
    const query = this.tables
      .selectFrom('standing')
      .leftJoin('person', 'person.id', 'user_id')
      .select(['room_id', 'user_id', 'name', 'guest', 'picture'])
      .where('room_id', 'in', roomIds)
      .where('role', 'in', ROLES)
      .where('user_id', '!=', userId)
      .orderBy('name')
      .orderBy('user_id');
    for (const { room_id, user_id, ...person } of await this.database.attempt(() => query.execute())) {
      const people = found.get(room_id) ?? [];
      people.push(userOf(user_id, person));
      found.set(room_id, people);
    }
    return found;
  }
}

interface PlaceRow {
  role: Place['role'] | null;
  seq: number | null;
  banned_until: number | null;
  muted_until: number | null;
}

function placeOf({ role, seq, banned_until, muted_until }: PlaceRow): Place {
  if (role === null) return nowhere;
  return { role, seq: seq ?? 0, bannedUntil: banned_until ?? 0, mutedUntil: muted_until ?? 0 };
}
