import type { Findings } from './findings.js';
import type { View } from './history.js';
import type { RoomLogs } from './room-logs.js';

/** Where one connection stands in one room. */
interface Place {
  /** The seq that must be pushed next. */
  next: number;
  /** Where this connection came in. */
  first: number;
  /** Jumped over, and not seen since. */
  skipped: Set<number>;
}

/**
 * What the server pushed to each connection: from the position of the join on, each seq once and in order. A hole is
 * only allowed where a `resync` says so.
 */
export function checkPushes({ client, glimpses }: View, findings: Findings): void {
  const places = new Map<string, Place>();
  const end = (key: string) => {
    for (const seq of places.get(key)?.skipped ?? [])
      findings.add('lost', `${client} was not pushed ${key}/${seq}`);
    places.delete(key);
  };
  for (const glimpse of glimpses) {
    if (glimpse.kind === 'joined') {
      const key = `${glimpse.connection}:${glimpse.room}`;
      end(key);
      const first = (glimpse.recovered ? (glimpse.after ?? glimpse.head) : glimpse.head) + 1;
      places.set(key, { next: first, first, skipped: new Set() });
    } else if (glimpse.kind === 'left') end(`${glimpse.connection}:${glimpse.room}`);
    else if (glimpse.kind === 'resync') {
      const place = places.get(`${glimpse.connection}:${glimpse.room}`);
      if (!place) findings.add('leaked', `${client} was told of ${glimpse.room} without being in it`);
      else {
        for (const seq of place.skipped) if (seq <= glimpse.head) place.skipped.delete(seq);
        place.next = Math.max(place.next, glimpse.head + 1);
      }
    } else if (glimpse.kind === 'push') {
      const { room, seq } = glimpse.message;
      const key = `${glimpse.connection}:${room}`;
      const place = places.get(key);
      if (!place) findings.add('leaked', `${client} was pushed ${key}/${seq} without being in it`);
      else take(place, seq, `${client} was pushed ${key}/${seq}`, findings);
    }
  }
  for (const key of [...places.keys()]) end(key);
}

function take(place: Place, seq: number, what: string, findings: Findings): void {
  if (place.skipped.delete(seq)) findings.add('reordered', `${what} late`);
  else if (seq < place.next) findings.add('duplicated', `${what} again, or from before it came in`);
  else {
    for (let missing = place.next; missing < seq; missing++) place.skipped.add(missing);
    place.next = seq + 1;
  }
}

/** What the person read: each seq of a room once, in order, without a hole, from the first join on. */
export function checkShown({ client, glimpses }: View, log: RoomLogs, findings: Findings): void {
  const last = new Map<string, number>();
  const seen = new Map<string, Set<number>>();
  for (const glimpse of glimpses) {
    if (glimpse.kind === 'joined' && !last.has(glimpse.room)) last.set(glimpse.room, glimpse.head);
    if (glimpse.kind !== 'shown') continue;
    const { room, seq } = glimpse.message;
    const before = last.get(room);
    const known = seen.get(room) ?? new Set();
    seen.set(room, known);
    const what = `${client} was shown ${room}/${seq}`;
    if (before === undefined) findings.add('leaked', `${what} without ever being in it`);
    else if (known.has(seq)) findings.add('duplicated', `${what} again`);
    else if (seq <= before) findings.add('reordered', `${what} after ${before}`);
    else if (seq > before + 1) {
      const missing = Array.from({ length: seq - before - 1 }, (_, n) => before + 1 + n);
      const real = missing.filter((one) => log.at(room, one));
      findings.add('lost', `${what} after ${before}`, Math.max(1, real.length));
    }
    known.add(seq);
    last.set(room, Math.max(before ?? 0, seq));
  }
}
