import type { Message, Sent } from '../../src/protocol/events.js';

/**
 * Messages of mine that the room log has not shown yet. A send keeps its `clientId` from the first try to the
 * acknowledgement, whatever happens to the connection in between, so the server stores it once.
 */
export interface Outgoing {
  clientId: string;
  text: string;
  at: string;
  status: 'pending' | 'sent' | 'failed';
  /** Why it failed, for people. */
  problem?: string;
  /** Its place in the room once it is stored. */
  seq?: number;
}
export type Outbox = readonly Outgoing[];

export type OutboxEvent =
  | { type: 'add'; clientId: string; text: string; at: string }
  | { type: 'restore'; entries: readonly Outgoing[] }
  | { type: 'sent'; clientId: string; sent: Sent }
  | { type: 'failed'; clientId: string; problem: string }
  | { type: 'all-failed'; problem: string }
  | { type: 'retry'; clientId: string }
  | { type: 'discard'; clientId: string };

export function reduceOutbox(outbox: Outbox, event: OutboxEvent): Outbox {
  switch (event.type) {
    case 'add': {
      const { clientId, text, at } = event;
      if (outbox.some((entry) => entry.clientId === clientId)) return outbox;
      return [...outbox, { clientId, text, at, status: 'pending' }];
    }
    case 'restore': {
      const known = new Set(outbox.map(({ clientId }) => clientId));
      return [...event.entries.filter(({ clientId }) => !known.has(clientId)), ...outbox];
    }
    case 'sent':
      return change(outbox, event.clientId, ({ clientId, text }) => {
        const { seq, at } = event.sent;
        return { clientId, text, at, status: 'sent', seq };
      });
    case 'failed':
      return change(outbox, event.clientId, (entry) =>
        // An acknowledged message cannot fail any more.
        entry.status === 'sent' ? entry : { ...entry, status: 'failed', problem: event.problem },
      );
    case 'all-failed':
      return outbox.map((entry) =>
        entry.status === 'pending' ? { ...entry, status: 'failed', problem: event.problem } : entry,
      );
    case 'retry': {
      const entry = outbox.find(({ clientId }) => clientId === event.clientId);
      if (entry?.status !== 'failed') return outbox;
      const { clientId, text, at } = entry;
      // To the end: what was typed after it may be stored already.
      return [...outbox.filter((other) => other !== entry), { clientId, text, at, status: 'pending' }];
    }
    case 'discard':
      return outbox.filter(({ clientId, status }) => clientId !== event.clientId || status !== 'failed');
  }
}

/** The one to send now. One at a time, or a refused one would be overtaken by the one behind it. */
export function nextToSend(outbox: Outbox): Outgoing | undefined {
  return outbox.find(({ status }) => status === 'pending');
}

/** Without what the room's log shows by itself: `messages` by me, or an acknowledged seq at or below `position`. */
export function withoutStored(
  outbox: Outbox,
  mine: string,
  position: number,
  messages: readonly Message[],
): Outbox {
  if (outbox.length === 0) return outbox;
  const stored = new Set(messages.filter(({ user }) => user.id === mine).map(({ clientId }) => clientId));
  const rest = outbox.filter(
    ({ clientId, seq }) => !stored.has(clientId) && (seq === undefined || seq > position),
  );
  return rest.length === outbox.length ? outbox : rest;
}

function change(outbox: Outbox, clientId: string, to: (entry: Outgoing) => Outgoing): Outbox {
  return outbox.map((entry) => (entry.clientId === clientId ? to(entry) : entry));
}
