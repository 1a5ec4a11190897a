import { sql } from 'kysely';
import type { RoomRow } from './sql.room-directory.js';

/** What a private room of others looks like. It stands for what is not there, and is as much work to read. */
const nowhere = {
  id: '00000000-0000-0000-0000-000000000000',
  title: 'A room',
  topic: 'a topic',
  kind: 'private',
  epoch: 'AAAAAAAAAAAA',
  head: 1,
  rights: 1,
  slow_mode_s: 0,
  created_at: 1_700_000_000_000,
} as const satisfies Partial<RoomRow>;

function orNowhere<Column extends keyof typeof nowhere>(column: Column) {
  const value = sql.lit(nowhere[column]);
  return sql<RoomRow[Column]>`coalesce(${sql.ref(`room.${column}`)}, ${value})`.as(column);
}

/** The columns of a room that may have been joined to nothing. */
export const roomOrNowhere = [
  orNowhere('id'),
  orNowhere('title'),
  orNowhere('topic'),
  orNowhere('kind'),
  orNowhere('epoch'),
  orNowhere('head'),
  orNowhere('rights'),
  orNowhere('slow_mode_s'),
  orNowhere('created_at'),
] as const;

export function isNowhere(roomId: string): boolean {
  return roomId === nowhere.id;
}
