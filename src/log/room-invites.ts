import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../database/database.js';
import { sql } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { User } from '../protocol/index.js';
import { RightsChanged } from './rights-changed.js';
import type { Room } from './room-log.js';
import { userOf } from './rows.js';

/** Where an invitation leads. */
export interface InviteGoal {
  id: string;
  room: string;
  title: string;
  by: User;
}

export interface Invite {
  id: string;
  by: User;
  expiresAt: number;
  usesLeft: number | null;
}

const MAX_LISTED = 200;

/** Invitations into rooms. Whoever reads the database finds hashes, and cannot come in by them. */
export class RoomInvites {
  constructor(private readonly database: Database) {}

  /**
   * The token is told here and never again: 256 random bits. Throws `RightsChanged` where the room's rights are others by
   * now than those on which it was decided: a link made while its maker is removed would outlive that.
   */
  async create(
    { id: roomId, rights }: Pick<Room, 'id' | 'rights'>,
    by: User,
    expiresAt: number,
    uses?: number,
  ): Promise<Invite & { token: string }> {
    const token = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const row = {
      id,
      token_hash: hashOf(token),
      room_id: roomId,
      by_id: by.id,
      created_at: Date.now(),
      expires_at: expiresAt,
      uses_left: uses ?? null,
    };
    const { kysely, dialect } = this.database;
    const columns = Object.keys(row) as (keyof typeof row)[];
    const values = columns.map((column) => sql.val(row[column]).as(column));
    const decided = kysely
      .selectFrom('room')
      .select(values)
      .where('id', '=', roomId)
      .where('rights', '=', rights);
    // A change that is under way in PostgreSQL is waited for; SQLite has one writer.
    const settled = dialect === 'postgres' ? decided.forShare() : decided;
    const made = await this.database.attempt(() =>
      kysely.insertInto('invite').columns(columns).expression(settled).executeTakeFirst(),
    );
    if (made.numInsertedOrUpdatedRows !== 1n) throw new RightsChanged();
    return { id, by, expiresAt, usesLeft: row.uses_left, token };
  }

  async list(roomId: string, now: number): Promise<Invite[]> {
    const query = this.database.kysely
      .selectFrom('invite')
      .leftJoin('person', 'person.id', 'by_id')
      .select(['invite.id', 'by_id', 'expires_at', 'uses_left', 'name', 'guest', 'picture'])
      .where('room_id', '=', roomId)
      .where('expires_at', '>', now)
      .where((is) => is.or([is('uses_left', 'is', null), is('uses_left', '>', 0)]))
      .orderBy('created_at', 'desc')
      .limit(MAX_LISTED);
    const rows = await this.database.attempt(() => query.execute());
    return rows.map(({ id, by_id, expires_at, uses_left, ...person }) => ({
      id,
      by: userOf(by_id, person),
      expiresAt: expires_at,
      usesLeft: uses_left,
    }));
  }

  /** False where there is none. */
  async delete(roomId: string, id: string): Promise<boolean> {
    const query = this.database.kysely
      .deleteFrom('invite')
      .where('id', '=', id)
      .where('room_id', '=', roomId);
    return (await this.database.attempt(() => query.executeTakeFirst())).numDeletedRows > 0n;
  }

  /** The room that it leads to; `null` where it is unknown, over, used up, or made by who is shut out by now: one statement for all of these. */
  async find(token: string, now: number): Promise<InviteGoal | null> {
    const { kysely, dialect } = this.database;
    const { flag, instant } = columnsOf(dialect);
    const no = flag(false);
    const query = kysely
      .withTables<Pick<AuthTables, 'user'>>()
      .selectFrom('invite')
      .innerJoin('room', 'room.id', 'room_id')
      .leftJoin('person', 'person.id', 'by_id')
      .leftJoin('user', 'user.id', 'by_id')
      .where((is) =>
        is.or([
          is('banned', 'is', null),
          is('banned', '=', no),
          is('banExpires', '<=', instant(new Date(now))),
        ]),
      )
      .where((is) => is.or([is('disabled', 'is', null), is('disabled', '=', no)]))
      .select(['invite.id', 'room.name as room', 'room.title', 'by_id'])
      .select(['person.name', 'guest', 'picture'])
      .where('token_hash', '=', hashOf(token))
      .where('expires_at', '>', now)
      .where((is) => is.or([is('uses_left', 'is', null), is('uses_left', '>', 0)]));
    const row = await this.database.attempt(() => query.executeTakeFirst());
    if (!row) return null;
    const { id, room, title, by_id, ...person } = row;
    return { id, room, title, by: userOf(by_id, person) };
  }

  /**
   * Takes one use, and calls it `use`; false where there is none left. Two at the same moment never take the same one. Both
   * this and giving it back may be repeated: where nobody else has used the link in between, a repeat changes nothing.
   */
  async take(id: string, use: string): Promise<boolean> {
    const { kysely } = this.database;
    return this.database.attempt(async () => {
      const taken = await this.change(id, '-', use)
        .where((is) => is.or([is('uses_left', 'is', null), is('uses_left', '>', 0)]))
        .executeTakeFirst();
      if (taken.numUpdatedRows > 0n) return true;
      const before = kysely
        .selectFrom('invite')
        .select('id')
        .where('id', '=', id)
        .where('last_use', '=', use);
      return (await before.executeTakeFirst()) !== undefined;
    });
  }

  /** Nobody came in by it after all. */
  async giveBack(id: string, use: string): Promise<void> {
    await this.database.attempt(() => this.change(id, '+', `${use} given back`).execute());
  }

  private change(id: string, sign: '+' | '-', use: string) {
    return this.database.kysely
      .updateTable('invite')
      .set((set) => ({ uses_left: set('uses_left', sign, 1), last_use: use }))
      .where('id', '=', id)
      .where('last_use', 'is distinct from', use);
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
