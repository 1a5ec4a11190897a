import type { Generated } from 'kysely';
import type { Role, RoomEventType } from '../protocol/index.js';

/** Every table of this database. Times are milliseconds since 1970; flags are 0 or 1: both dialects agree on those. */
export interface Tables {
  room: RoomTable;
  event: EventTable;
  reaction: ReactionTable;
  person: PersonTable;
  audit: AuditTable;
  attempt: AttemptTable;
  standing: StandingTable;
  invite: InviteTable;
  pace: PaceTable;
}

export interface RoomTable {
  id: string;
  /** Compared by exact code points, in every dialect. */
  name: string;
  title: string;
  topic: string;
  kind: 'public' | 'private' | 'direct';
  epoch: string;
  /** `seq` of the newest event. Whoever raises it holds the row until commit: that is what keeps `seq` without holes. */
  head: number;
  created_at: number;
  /** When something last happened here. For sorting the lobby only; the order of a room is `seq`. */
  last_at: number;
  /** Raised, by chance, by every event that changes who may do what: what was decided on an older one is not stored any more. */
  rights: Generated<number>;
  archived_at: number | null;
  slow_mode_s: Generated<number>;
  /** Of a direct conversation: what its set of people amounts to, so that there is one per set. */
  direct_key: string | null;
}

/**
 * The log. Rows are added, and never changed, but for what a message amounts to by all that was done to it, which stands
 * with the event that created it, and nowhere else.
 */
export interface EventTable {
  /** Of the row, in the whole database; what order there is in a room, `seq` says. */
  no: Generated<number>;
  room_id: string;
  seq: number;
  type: RoomEventType;
  id: string;
  actor_id: string;
  client_id: string;
  /** `seq` of the message that it changes; null where it changes none. */
  about: number | null;
  /** JSON text of what is the type's own, without words; null where that is nothing. */
  data: string | null;
  at: number;
  /** Of `message.created` alone, as are the four below: the one place of its words. */
  text: string | null;
  reply_to: string | null;
  edited_at: number | null;
  deleted_at: number | null;
  /** `seq` of the event that edited or deleted it last. */
  changed: number | null;
}

/** The newest message of a person in a room in slow mode, and when it was taken in. */
export interface PaceTable {
  room_id: string;
  actor_id: string;
  client_id: string;
  at: number;
}

export interface ReactionTable {
  /** `no` of the event that created the message. */
  about: number;
  actor_id: string;
  emoji: string;
  /** Of the event that added it, or took it back. */
  seq: number;
  gone: number;
}

/** What people who wrote are called now. Nothing refers here by a foreign key, so that a person can be removed. */
export interface PersonTable {
  id: string;
  name: string;
  guest: number;
  /** The id of their picture. */
  picture: string | null;
}

/** Security events. Rows are added, and never changed: triggers refuse it. */
export interface AuditTable {
  no: Generated<number>;
  at: number;
  kind: string;
  actor_id: string | null;
  person_id: string | null;
  address: string | null;
  /** How many like it one row stands for. */
  times: number;
  /** JSON text of what is the kind's own; null where that is nothing. */
  detail: string | null;
}

/** Wrong passwords, counted for all processes together. */
export interface AttemptTable {
  /** A hash: whoever reads it learns neither a name that was tried nor an address. */
  key: string;
  count: number;
  /** Nothing is tried before. */
  open_at: number;
  /** The count begins anew after. */
  ends_at: number;
}

/** What a person is in a room. One row for all of it: a single probe answers every question of rights. */
export interface StandingTable {
  room_id: string;
  user_id: string;
  /** `former`: was a member. `none`: never was, and is banned or muted. */
  role: Role | 'former' | 'none';
  /** Of the event that made it so; 0 where the room began with it. */
  seq: number;
  banned_until: number | null;
  reason: string | null;
  muted_until: number | null;
}

export interface InviteTable {
  id: string;
  /** SHA-256 of the token, which only the link has. */
  token_hash: string;
  room_id: string;
  by_id: string;
  created_at: number;
  expires_at: number;
  /** Null: as often as one likes. */
  uses_left: number | null;
  /** What was done to `uses_left` last: one use that was taken, or given back. */
  last_use: string | null;
}
