import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesRights, roomEvents, type RoomEventType } from '../protocol/index.js';
import { aboutOf, type Entry } from './rows.js';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

const BASE = read('postgres.append.sql');
const PLACE_OF_PROJECTIONS = /^-- projections:.*$/m;
const PLACE_OF_ROOM = /^ *-- room:.*$/m;
/** One list of common table expressions per type; a type without its file ends the start. */
const projections = Object.fromEntries(
  Object.keys(roomEvents).map((type) => [type, isItsRow(type) ? '' : read(`projections/${type}.sql`).trim()]),
) as Record<RoomEventType, string>;
const types = Object.keys(projections) as RoomEventType[];
/** From the one that is needed most to the one that holds every type. */
const scopes = [
  types.filter(isItsRow),
  types.filter((type) => type.startsWith('message.') || type.startsWith('reaction.')),
  types,
];
const statements = scopes.map((scope, n) => ({
  scope: new Set(scope),
  'pass over': { name: `append ${n}`, text: assemble(scope, 'pass over') },
  wait: { name: `append ${n}, wait`, text: assemble(scope, 'wait') },
}));

/** Prepared under its name once per connection, so that it is planned once. */
interface Statement {
  name: string;
  text: string;
}

/**
 * The smallest statement that stores `entries`. There are few of them: the server keeps the plans of each for as long as
 * the connection lasts, half a megabyte for every one.
 */
export function appendStatement(entries: Entry[], locked: 'pass over' | 'wait'): Statement {
  const smallest = statements.find(({ scope }) => entries.every(({ draft }) => scope.has(draft.type)));
  return (smallest as (typeof statements)[number])[locked];
}

function assemble(types: RoomEventType[], locked: 'pass over' | 'wait'): string {
  const tables = types
    .filter((type) => type !== 'room.updated' && !isItsRow(type))
    .map((type) => `,\n${projections[type]}`);
  const room = types.includes('room.updated') ? projections['room.updated'] : '';
  const statement = BASE.replace(PLACE_OF_ROOM, () => room).replace(PLACE_OF_PROJECTIONS, () =>
    tables.join(''),
  );
  return locked === 'wait' ? statement.replace('skip locked', '') : statement;
}

/** What it says is in the row of the event itself. */
function isItsRow(type: string): boolean {
  return type === 'message.created';
}

/**
 * Cuts a batch where a message would be changed, or the same draft stored, for the second time, and behind a change of
 * rights: one statement sees nothing of what it does itself, and may touch a row once.
 */
export function rounds(entries: Entry[]): Entry[][] {
  const all: Entry[][] = [];
  let seen = new Set<string>();
  let round: Entry[] = [];
  for (const entry of entries) {
    const { roomId, actor, clientId, type } = entry.draft;
    const once = `${roomId} ${actor.id} ${clientId}`;
    const about = aboutOf(entry.draft);
    if (seen.has(once) || seen.has(roomId) || (about !== null && seen.has(about))) {
      all.push(round);
      round = [];
      seen = new Set();
    }
    seen.add(once);
    if (about !== null) seen.add(about);
    // Whatever follows in this room is decided on other rights.
    if (changesRights(type)) seen.add(roomId);
    round.push(entry);
  }
  return [...all, round];
}
