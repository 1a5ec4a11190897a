import { Findings, type Verdict } from './findings.js';
import { checkChanges } from './change-checks.js';
import type { Send, Sighting, Stored, View } from './history.js';
import { draftKey, RoomLogs } from './room-logs.js';
import { timesOf } from './times.js';
import { checkPushes, checkShown } from './view-checks.js';

export type { Verdict } from './findings.js';

/** Everything that is known after a run: what clients recorded, and what the database holds. */
export interface Evidence {
  /** Of messages. */
  sends: readonly Send[];
  /** Of what was done to them. */
  changes?: readonly Send[];
  views: readonly View[];
  /** Every event of every room. */
  stored: readonly Stored[];
  /** What the database says is each room's newest seq. */
  heads: ReadonlyMap<string, number>;
}

/**
 * Judges a run by its evidence alone.
 *
 * durable: what was acknowledged is stored, where it was said to be. once: stored once, and once in every view.
 * order: seq is 1..n, and each view a slice of it. complete: who is there at the end has everything since they joined.
 * private: nothing of a room one is not in. honest: what was refused for good is not stored.
 */
export function check({ sends, changes = [], views, stored, heads }: Evidence): Verdict {
  const findings = new Findings();
  const log = new RoomLogs(stored);
  checkStored(log, heads, findings);
  checkSends(sends, log, findings);
  checkChanges(changes, log, findings);
  for (const view of views) {
    checkPushes(view, findings);
    checkShown(view, log, findings);
    checkComplete(view, heads, findings);
    checkContent(view, log, findings);
  }
  const known = (outcome: Send['outcome']) => sends.filter((send) => send.outcome === outcome).length;
  return {
    ...findings.counts,
    problems: findings.problems,
    acked: known('ok'),
    unknown: known('unknown'),
    stored: stored.length,
    ...timesOf(sends, views),
  };
}

function checkStored(log: RoomLogs, heads: ReadonlyMap<string, number>, findings: Findings): void {
  const rooms = Map.groupBy(log.all, ({ room }) => room);
  for (const room of new Set([...rooms.keys(), ...heads.keys()])) {
    const seqs = (rooms.get(room) ?? []).map(({ seq }) => seq).sort((a, b) => a - b);
    let expected = 1;
    for (const seq of seqs) {
      if (seq < expected) findings.add('duplicated', `${room} has two events at ${seq}`);
      else if (seq > expected) findings.add('lost', `${room} has no event at ${expected}`, seq - expected);
      expected = Math.max(expected, seq + 1);
    }
    const head = heads.get(room) ?? 0;
    if (head !== expected - 1)
      findings.add('lost', `${room} says its head is ${head}, its newest event is ${expected - 1}`);
  }
  const draftOf = ({ author, clientId, draft = clientId }: Stored) => draftKey({ author, clientId: draft });
  for (const events of Map.groupBy(log.all, (event) => `${event.room} ${draftOf(event)}`).values())
    if (events.length > 1)
      findings.add('duplicated', `${label(events[0])} is stored ${events.length} times`, events.length - 1);
}

function checkSends(sends: readonly Send[], log: RoomLogs, findings: Findings): void {
  for (const send of sends) {
    const stored = log.ofDraft(send).filter(({ room }) => room === send.room);
    if (send.outcome === 'fail' && stored.length > 0)
      findings.add('dishonest', `${send.clientId} was refused (${send.refusal}) and is stored`);
    if (send.outcome !== 'ok') continue;
    if (stored.length === 0) findings.add('lost', `${send.clientId} was acknowledged and is not stored`);
    else if (!stored.some(({ seq }) => seq === send.seq))
      findings.add(
        'reordered',
        `${send.clientId} was acknowledged at ${send.seq}, and is at ${stored[0]?.seq}`,
      );
  }
}

function checkComplete(
  { client, roomsAtEnd, glimpses }: View,
  heads: ReadonlyMap<string, number>,
  findings: Findings,
): void {
  for (const room of roomsAtEnd) {
    let known: number | undefined;
    for (const glimpse of glimpses) {
      if (glimpse.kind === 'joined' && glimpse.room === room) known ??= glimpse.head;
      if (glimpse.kind === 'shown' && glimpse.message.room === room)
        known = Math.max(known ?? 0, glimpse.message.seq);
    }
    const head = heads.get(room) ?? 0;
    if (known === undefined) findings.add('lost', `${client} never came into ${room}`);
    else if (known < head)
      findings.add('lost', `${client} ends at ${known} of ${head} in ${room}`, head - known);
  }
}

/** Everybody sees what is stored at that place, and nothing that belongs elsewhere. */
function checkContent({ client, glimpses }: View, log: RoomLogs, findings: Findings): void {
  for (const glimpse of glimpses) {
    if (glimpse.kind !== 'push' && glimpse.kind !== 'shown') continue;
    const { message } = glimpse;
    const stored = log.at(message.room, message.seq);
    if (stored && isSame(stored, message)) continue;
    const elsewhere = log.ofDraft(message).filter((event) => isSame(event, message));
    const what = `${client} saw ${label(message)}`;
    if (elsewhere.length === 0) findings.add('lost', `${what}, which is not stored`);
    else if (elsewhere.every(({ room }) => room !== message.room))
      findings.add('leaked', `${what}, which belongs to ${elsewhere[0]?.room}`);
    else findings.add('reordered', `${what}, which is stored at ${elsewhere[0]?.seq}`);
  }
}

/** Wherever it stands. */
function isSame(one: Sighting, other: Sighting): boolean {
  return one.type === other.type && one.id === other.id && draftKey(one) === draftKey(other);
}

function label(event: Sighting | undefined): string {
  return event ? `${event.type} ${event.clientId || event.id} at ${event.room}/${event.seq}` : 'nothing';
}
