import type { DatabaseSync } from 'node:sqlite';
import { FOR_GOOD } from '../standings.js';
import { guestFlag } from '../rows.js';
import type { SqliteProjections } from './projections.js';

type Membership = Exclude<keyof SqliteProjections, `message.${string}` | `reaction.${string}`>;

/** What events of membership, and of the room itself, do to the tables that are read. */
export function memberProjections(sqlite: DatabaseSync): Pick<SqliteProjections, Membership> {
  const person = sqlite.prepare(
    'insert into person (id, name, guest) values (?, ?, ?) on conflict (id) do nothing',
  );
  const joined = sqlite.prepare(
    'insert into standing (room_id, user_id, role, seq) values (?, ?, ?, ?) on conflict (room_id, user_id) ' +
      'do update set role = excluded.role, seq = excluded.seq, banned_until = null, reason = null',
  );
  const gone = sqlite.prepare(
    "insert into standing (room_id, user_id, role, seq) values (?, ?, 'former', ?) " +
      "on conflict (room_id, user_id) do update set role = 'former', seq = excluded.seq",
  );
  const banned = sqlite.prepare(
    "insert into standing (room_id, user_id, role, seq, banned_until, reason) values (?, ?, 'none', ?, ?, ?) " +
      "on conflict (room_id, user_id) do update set role = case role when 'none' then 'none' else 'former' end, " +
      'seq = excluded.seq, banned_until = excluded.banned_until, reason = excluded.reason',
  );
  const unbanned = sqlite.prepare(
    'update standing set banned_until = null, reason = null, seq = ? where room_id = ? and user_id = ?',
  );
  const changed = sqlite.prepare('update standing set role = ?, seq = ? where room_id = ? and user_id = ?');
  const muted = sqlite.prepare(
    "insert into standing (room_id, user_id, role, seq, muted_until) values (?, ?, 'none', ?, ?) " +
      'on conflict (room_id, user_id) do update set seq = excluded.seq, muted_until = excluded.muted_until',
  );
  const uninvite = sqlite.prepare('delete from invite where room_id = ? and by_id = ?');
  const updated = sqlite.prepare(
    'update room set title = ?, topic = ?, slow_mode_s = ?, ' +
      'archived_at = case ? when 0 then null else coalesce(archived_at, ?) end where id = ?',
  );
  return {
    'member.joined': ({ roomId, data: { member, role } }, _about, seq) => {
      person.run(member.id, member.name, guestFlag(member));
      joined.run(roomId, member.id, role, seq);
    },
    'member.left': ({ roomId, data: { member } }, _about, seq) => {
      gone.run(roomId, member.id, seq);
      uninvite.run(roomId, member.id);
    },
    'member.kicked': ({ roomId, data: { member } }, _about, seq) => {
      gone.run(roomId, member.id, seq);
      uninvite.run(roomId, member.id);
    },
    'member.banned': ({ roomId, data: { member, until, reason } }, _about, seq) => {
      person.run(member.id, member.name, guestFlag(member));
      banned.run(roomId, member.id, seq, until === undefined ? FOR_GOOD : Date.parse(until), reason ?? null);
      uninvite.run(roomId, member.id);
    },
    'member.unbanned': ({ roomId, data: { member } }, _about, seq) => {
      unbanned.run(seq, roomId, member.id);
    },
    'member.changed': ({ roomId, data: { member, role } }, _about, seq) => {
      changed.run(role, seq, roomId, member.id);
      // Links are the business of who rules; see the table of `room.rules.ts`.
      if (role === 'member') uninvite.run(roomId, member.id);
    },
    'member.muted': ({ roomId, data: { member, until } }, _about, seq) => {
      person.run(member.id, member.name, guestFlag(member));
      muted.run(roomId, member.id, seq, Date.parse(until));
    },
    'member.unmuted': ({ roomId, data: { member } }, _about, seq) => {
      muted.run(roomId, member.id, seq, null);
    },
    'room.updated': ({ roomId, data: { title, topic, archived, slowModeSeconds } }, _about, _seq, at) => {
      updated.run(title, topic, slowModeSeconds, archived ? 1 : 0, at, roomId);
    },
  };
}
