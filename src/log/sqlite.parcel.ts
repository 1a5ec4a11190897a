import type { EventDraft } from './room-log.js';
import type { Entry } from './rows.js';
import type { Stored } from './sqlite.appender.js';

/**
 * Batches on their way between threads: one flat list each, as a list of objects is cloned name by name, at twice the
 * price. What the fields of one are stands here, and nowhere else.
 */
export type Parcel = (string | number | null)[];

const FIELDS_OF_ENTRY = 11;
const FIELDS_OF_STORED = 5;
const NOT_THERE = 0;
const BEFORE = 1;
const NEW = 2;
const STALE = 3;
const TOO_SOON = 4;

export function packEntries(entries: Entry[]): Parcel {
  const parcel: Parcel = [];
  for (const { draft, id, at } of entries) {
    const { roomId, actor, clientId, type, data, rights, pauseMs } = draft;
    parcel.push(
      roomId,
      actor.id,
      actor.name,
      actor.guest ? 1 : 0,
      clientId,
      type,
      JSON.stringify(data),
      id,
      at,
      rights ?? null,
      pauseMs ?? null,
    );
  }
  return parcel;
}

export function unpackEntries(parcel: Parcel): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < parcel.length; index += FIELDS_OF_ENTRY) {
    const [roomId, actorId, name, guest, clientId, type, data, id, at, rights, pauseMs] = parcel.slice(
      index,
      index + FIELDS_OF_ENTRY,
    );
    const actor = { id: actorId, name, guest: guest === 1 };
    const draft = {
      roomId,
      actor,
      clientId,
      type,
      data: JSON.parse(data as string) as unknown,
      ...(rights !== null && { rights }),
      ...(pauseMs !== null && { pauseMs }),
    };
    entries.push({ draft: draft as EventDraft, id: id as string, at: at as number });
  }
  return entries;
}

export function packStored(all: (Stored | null)[]): Parcel {
  const parcel: Parcel = [];
  for (const stored of all) {
    if (stored === null) parcel.push(NOT_THERE, 0, null, null, null);
    else if ('stale' in stored) parcel.push(STALE, 0, null, null, null);
    else if ('sinceLast' in stored) parcel.push(TOO_SOON, stored.sinceLast, null, null, null);
    else if ('before' in stored) parcel.push(BEFORE, stored.before, null, null, null);
    else parcel.push(NEW, stored.seq, stored.name, stored.guest, stored.picture);
  }
  return parcel;
}

export function unpackStored(parcel: Parcel): (Stored | null)[] {
  const all: (Stored | null)[] = [];
  for (let index = 0; index < parcel.length; index += FIELDS_OF_STORED) {
    const seq = parcel[index + 1] as number;
    const [name, guest, picture] = [parcel[index + 2], parcel[index + 3], parcel[index + 4]];
    if (parcel[index] === NOT_THERE) all.push(null);
    else if (parcel[index] === STALE) all.push({ stale: true });
    else if (parcel[index] === TOO_SOON) all.push({ sinceLast: seq });
    else if (parcel[index] === BEFORE) all.push({ before: seq });
    else all.push({ seq, name, guest, picture } as Stored);
  }
  return all;
}
