import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresDatabase } from '../database/postgres.database.js';
import { type Entry, guestFlag, type PersonColumns } from './rows.js';

const TEXT = readFileSync(join(import.meta.dirname, 'postgres.messages.sql'), 'utf8');

/** A room that took its messages, and where they begin; or a person who is called otherwise than their message says. */
type Answer = PersonColumns & { nth: number | null; base: number; id: string | null };

/** What one room gets in a batch. All of it was decided on the same rights, or it is not for this. */
interface Parcel {
  entries: Entry[];
  rights: number | null;
}

export type PlacedMessage = PersonColumns & { seq: number };

/**
 * Stores new messages in one statement, and tells the places of those that it stored. A room is stored as a whole, or left
 * out: what is missing in the answer is for the statement that looks at each draft. Nothing that is not a new message is
 * for this.
 */
export async function storeMessages(
  database: PostgresDatabase,
  entries: Entry[],
): Promise<Map<Entry, PlacedMessage>> {
  const placed = new Map<Entry, PlacedMessage>();
  const parcels = parcelsOf(entries);
  if (parcels.length === 0) return placed;
  const answers = await database.runPrepared<Answer>('messages', TEXT, parametersOf(parcels));
  const people = new Map(answers.flatMap((answer) => (answer.id === null ? [] : [[answer.id, answer]])));
  for (const { nth, base } of answers) {
    if (nth === null) continue;
    parcels[nth]?.entries.forEach((entry, index) => {
      const { actor } = entry.draft;
      const person = people.get(actor.id) ?? { name: actor.name, guest: guestFlag(actor), picture: null };
      placed.set(entry, { ...person, seq: base + index + 1 });
    });
  }
  return placed;
}

export function areNewMessages(entries: Entry[]): boolean {
  return entries.every(({ draft }) => draft.type === 'message.created');
}

function parcelsOf(entries: Entry[]): Parcel[] {
  const parcels = new Map<string, Parcel>();
  const mixed = new Set<string>();
  for (const entry of entries) {
    const { roomId, rights = null } = entry.draft;
    const parcel = parcels.get(roomId);
    if (!parcel) parcels.set(roomId, { entries: [entry], rights });
    else if (parcel.rights === rights) parcel.entries.push(entry);
    else mixed.add(roomId);
  }
  for (const roomId of mixed) parcels.delete(roomId);
  return [...parcels.values()];
}

/** In the order in which the statement has them: of rooms, of messages, of people. */
function parametersOf(parcels: Parcel[]): unknown[] {
  const rooms: unknown[][] = [[], [], [], [], []];
  const messages: unknown[][] = [[], [], [], [], [], [], [], []];
  const people: unknown[][] = [[], [], []];
  const named = new Set<string>();
  parcels.forEach(({ entries, rights }, nth) => {
    let last = 0;
    entries.forEach(({ draft, id, at }, index) => {
      const { actor, clientId, data } = draft;
      const { text, replyTo = null } = data as { text: string; replyTo?: string };
      add(messages, [nth, index + 1, id, actor.id, clientId, at, text, replyTo]);
      if (at > last) last = at;
      if (named.has(actor.id)) return;
      named.add(actor.id);
      add(people, [actor.id, actor.name, guestFlag(actor)]);
    });
    add(rooms, [nth, entries[0]?.draft.roomId, entries.length, last, rights]);
  });
  return [...rooms, ...messages, ...people];
}

function add(columns: unknown[][], values: unknown[]): void {
  values.forEach((value, index) => columns[index]?.push(value));
}
