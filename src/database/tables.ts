/** Every table of this database. Times are milliseconds since 1970; flags are 0 or 1: both dialects agree on those. */
export interface Tables {
  room: RoomTable;
  event: EventTable;
  message: MessageTable;
  person: PersonTable;
}

export interface RoomTable {
  id: string;
  /** Compared by exact code points, in every dialect. */
  name: string;
  title: string;
  topic: string;
  kind: 'public';
  epoch: string;
  /** `seq` of the newest event. Whoever raises it holds the row until commit: that is what keeps `seq` without holes. */
  head: number;
  created_at: number;
  /** When something last happened here. For sorting the lobby only; the order of a room is `seq`. */
  last_at: number;
}

export interface EventTable {
  room_id: string;
  seq: number;
  type: 'message.created';
  id: string;
  actor_id: string;
  client_id: string;
  /** JSON text. */
  data: string;
  at: number;
}

/** What the events amount to, for reading and searching; written in the transaction of the event. */
export interface MessageTable {
  room_id: string;
  seq: number;
  id: string;
  actor_id: string;
  text: string;
  reply_to: string | null;
  at: number;
}

/** What people who wrote are called now. Nothing refers here by a foreign key, so that a person can be removed. */
export interface PersonTable {
  id: string;
  name: string;
  guest: number;
}
