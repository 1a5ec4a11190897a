import type { Patch } from './edition.js';
import type { Violation } from './findings.js';
import type { Result } from './scenario.js';

/** A server with one promise taken out, and how the suite must notice. */
export interface Mutant {
  title: string;
  patches: readonly Patch[];
  fault: string;
  /** At least this kind of violation, or a broken promise of the fault's own. */
  finds: Violation | 'broken';
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
      {
        file: 'chat/membership.service.js',
        find: 'const head = live.feed.position;',
        replace: 'const head = position;',
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
  {
    title: 'a room that tells of messages, and not of what is done to them',
    patches: [
      {
        file: 'chat/live-rooms.js',
        find: 'this.fanOut.deliver(room.id, pushOf(room.name, event));',
        replace:
          "if (event.type === 'message.created') this.fanOut.deliver(room.id, pushOf(room.name, event));",
      },
    ],
    fault: 'F02',
    finds: 'lost',
  },
  {
    title: 'a room that goes on telling those who were sent away',
    patches: [
      {
        file: 'chat/membership.service.js',
        find: 'if (!place || place.since >= seq)',
        replace: 'if (true)',
      },
    ],
    fault: 'KICK',
    finds: 'leaked',
    essential: true,
  },
  {
    title: 'a log that stores what was decided on old rights',
    patches: [
      {
        file: 'log/postgres.append.sql',
        find: 'draft.rights is null or draft.rights = locked.rights',
        replace: 'true',
      },
    ],
    fault: 'KICK',
    finds: 'broken',
  },
  {
    title: 'a server that waits for slow readers for ever',
    patches: [
      {
        file: 'socket/connection.js',
        find: 'if (this.stream.writableLength > HARD_LIMIT)',
        replace: 'if (false)',
      },
      {
        file: 'socket/connection.js',
        find: 'else if (now - this.slowSince > SLOW_FOR_MS)',
        replace: 'else if (false)',
      },
    ],
    fault: 'F13',
    finds: 'broken',
  },
];

/** Whether a run of the mutant's fault told what is wrong with it. */
export function isNoticed(
  { finds }: Mutant,
  { verdict, broken }: Pick<Result, 'verdict' | 'broken'>,
): boolean {
  return finds === 'broken' ? broken.length > 0 : verdict[finds] > 0;
}
