import type { Patch } from './edition.js';
import type { Violation } from './findings.js';

/** A server with one promise taken out, and how the suite must notice. */
export interface Mutant {
  title: string;
  patches: readonly Patch[];
  fault: string;
  /** At least this kind of violation. */
  finds: Violation;
  /** One of the few that every test run shows; `--prove` shows all. */
  essential?: boolean;
}

export const mutants: readonly Mutant[] = [
  {
    title: 'a feed that fills no gap',
    patches: [
      {
        file: 'log/room-feed.js',
        find: 'offer(event, holdMs = HOLD_MS) {',
        replace:
          'offer(event, holdMs = HOLD_MS) { if (event.seq > this.at) { this.at = event.seq; this.source.deliver(event); } return;',
      },
    ],
    fault: 'F23',
    finds: 'lost',
    essential: true,
  },
  {
    title: 'a feed that passes on whatever it is told',
    patches: [
      {
        file: 'log/room-feed.js',
        find: 'offer(event, holdMs = HOLD_MS) {',
        replace:
          'offer(event, holdMs = HOLD_MS) { this.at = Math.max(this.at, event.seq); return this.source.deliver(event);',
      },
    ],
    fault: 'F17',
    finds: 'duplicated',
    essential: true,
  },
  {
    title: 'a log that does not look for what it has already',
    patches: [
      {
        file: 'log/postgres.append.sql',
        find: 'event.client_id = draft.client_id',
        replace: 'false',
      },
      {
        file: 'database/migrations/0001_rooms.js',
        find: "['client_id', 'actor_id', 'room_id']",
        replace: "['room_id', 'actor_id', 'client_id', 'seq']",
      },
    ],
    fault: 'F18',
    finds: 'duplicated',
    essential: true,
  },
  {
    title: 'a join that does not wait for the room’s place to stand still',
    patches: [
      {
        file: 'chat/membership.service.js',
        find: 'const last = feed.position;',
        replace: 'const last = head;',
      },
    ],
    fault: 'F21',
    finds: 'lost',
    essential: true,
  },
  {
    title: 'a fan-out that gives newcomers what was said before them',
    patches: [{ file: 'socket/fan-out.js', find: 'group.pending.skip(connection);', replace: '' }],
    fault: 'F21',
    finds: 'duplicated',
  },
  {
    title: 'a fan-out that forgets nobody',
    patches: [{ file: 'socket/fan-out.js', find: 'group?.members.delete(connection);', replace: '' }],
    fault: 'F21',
    finds: 'leaked',
  },
  {
    title: 'a return that brings nothing back',
    patches: [
      {
        file: 'chat/membership.service.js',
        find: 'const from = recovered ? after : head;',
        replace: 'const from = head;',
      },
    ],
    fault: 'F02',
    finds: 'lost',
  },
];
