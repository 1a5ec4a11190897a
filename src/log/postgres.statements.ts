import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomEvents, type RoomEventType } from '../protocol/index.js';
import { aboutOf, type Entry } from './rows.js';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

const BASE = read('postgres.append.sql');
const PLACE_OF_PROJECTIONS = /^-- projections:.*$/m;
/** One list of common table expressions per type; a type without its file ends the start. */
const projections = Object.fromEntries(
  Object.keys(roomEvents).map((type) => [type, read(`projections/${type}.sql`).trim()]),
) as Record<RoomEventType, string>;
const statements = new Map<string, string>();

/** The statement that stores `entries`: only the projections that they need are planned. */
export function appendStatement(entries: Entry[], locked: 'pass over' | 'wait'): string {
  const types = [...new Set(entries.map(({ draft }) => draft.type))].sort();
  const key = `${locked} ${types.join(' ')}`;
  const statement = statements.get(key) ?? assemble(types, locked);
  statements.set(key, statement);
  return statement;
}

function assemble(types: RoomEventType[], locked: 'pass over' | 'wait'): string {
  const statement = BASE.replace(PLACE_OF_PROJECTIONS, () =>
    types.map((type) => projections[type]).join(',\n'),
  );
  return locked === 'wait' ? statement.replace('skip locked', '') : statement;
}

/**
 * Cuts a batch where a message would be changed for the second time: one statement sees nothing of what it does
 * itself, and may touch a row once.
 */
export function rounds(entries: Entry[]): Entry[][] {
  const all: Entry[][] = [];
  let changed = new Set<string>();
  let round: Entry[] = [];
  for (const entry of entries) {
    const about = aboutOf(entry.draft);
    if (about !== null && changed.has(about)) {
      all.push(round);
      round = [];
      changed = new Set();
    }
    if (about !== null) changed.add(about);
    round.push(entry);
  }
  return [...all, round];
}
