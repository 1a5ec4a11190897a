import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.js';
import type { RangeQuery, StoredMessage, StoredReaction } from './room-log.js';
import { timeOf, userOf } from './rows.js';

type MessageRow = Awaited<ReturnType<ReturnType<typeof selectMessages>['execute']>>[number];

/** Ascending by `seq`, as `RoomLog.messages` has it. */
export async function readMessages(
  kysely: Kysely<Tables>,
  roomId: string,
  { after, before, limit }: RangeQuery,
): Promise<StoredMessage[]> {
  const forwards = after !== undefined;
  let query = selectMessages(kysely, roomId).limit(limit);
  if (after !== undefined) query = query.where('seq', '>', after);
  if (before !== undefined) query = query.where('seq', '<', before);
  const rows = await query.orderBy('seq', forwards ? 'asc' : 'desc').execute();
  return withReactions(kysely, forwards ? rows : rows.reverse(), 'present');
}

export async function readMessage(
  kysely: Kysely<Tables>,
  roomId: string,
  id: string,
): Promise<StoredMessage | null> {
  const rows = await selectMessages(kysely, roomId).where('event.id', '=', id).execute();
  const [message] = await withReactions(kysely, rows, 'all');
  return message ?? null;
}

function selectMessages(kysely: Kysely<Tables>, roomId: string) {
  return kysely
    .selectFrom('event')
    .leftJoin('person', 'person.id', 'actor_id')
    .select(['event.no', 'seq', 'event.id', 'actor_id', 'client_id', 'at'])
    .select(['text', 'reply_to', 'edited_at', 'deleted_at', 'changed', 'name', 'guest', 'picture'])
    .where('room_id', '=', roomId)
    .where('type', '=', 'message.created');
}

/** A deleted message has none, whatever came in while it was being deleted. */
async function withReactions(
  kysely: Kysely<Tables>,
  rows: MessageRow[],
  which: 'present' | 'all',
): Promise<StoredMessage[]> {
  const numbers = rows.filter(({ deleted_at }) => deleted_at === null).map(({ no }) => no);
  const reactions = numbers.length === 0 ? new Map() : await readReactions(kysely, numbers, which);
  return rows.map((row) => messageOf(row, reactions.get(row.no) ?? []));
}

async function readReactions(
  kysely: Kysely<Tables>,
  numbers: number[],
  which: 'present' | 'all',
): Promise<Map<number, StoredReaction[]>> {
  let query = kysely
    .selectFrom('reaction')
    .leftJoin('person', 'person.id', 'actor_id')
    .select(['about', 'actor_id', 'emoji', 'seq', 'gone', 'name', 'guest', 'picture'])
    .where('about', 'in', numbers)
    .orderBy('seq');
  if (which === 'present') query = query.where('gone', '=', 0);
  const found = new Map<number, StoredReaction[]>();
  for (const { about, actor_id, emoji, seq, gone, name, guest, picture } of await query.execute()) {
    const reaction = { emoji, actor: userOf(actor_id, { name, guest, picture }), seq, gone: gone === 1 };
    const others = found.get(about);
    if (others) others.push(reaction);
    else found.set(about, [reaction]);
  }
  return found;
}

function messageOf(row: MessageRow, reactions: StoredReaction[]): StoredMessage {
  const { seq, id, actor_id, client_id, at, text, reply_to, edited_at, deleted_at, changed } = row;
  return {
    seq,
    id,
    actor: userOf(actor_id, row),
    clientId: client_id,
    at: timeOf(at),
    text: text ?? '',
    ...(reply_to !== null && { replyTo: reply_to }),
    ...(edited_at !== null && { editedAt: timeOf(edited_at) }),
    deleted: deleted_at !== null,
    ...(changed !== null && { changed }),
    reactions,
  };
}
