import type { Message, Sent, User } from '../../src/protocol/events.js';

/**
 * Messages of mine that the room log has not shown yet. A send keeps its `clientId` from the first try to the
 * acknowledgement, whatever happens to the connection in between, so the server stores it once.
 */
export interface Outgoing {
  clientId: string;
  /** Id of whom one was when it was written. As anybody else it is not sent: the server would store it once more. */
  author: string;
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
  | { type: 'add'; clientId: string; author: string; text: string; at: string }
  | { type: 'restore'; entries: readonly Outgoing[] }
  | { type: 'sent'; clientId: string; sent: Sent }
  | { type: 'failed'; clientId: string; problem: string }
  | { type: 'all-failed'; problem: string }
  /** What never left goes on as somebody else's. */
  | { type: 'adopt'; clientIds: ReadonlySet<string>; author: string }
  /** One is not `author` any more. */
  | { type: 'disowned'; author: User }
  /** As `author`, who may be another one than the first time; `newClientId` is for that. */
  | { type: 'retry'; clientId: string; author: string; newClientId: string }
  | { type: 'discard'; clientId: string };

export function reduceOutbox(outbox: Outbox, event: OutboxEvent): Outbox {
  switch (event.type) {
    case 'add': {
      const { clientId, author, text, at } = event;
      if (outbox.some((entry) => entry.clientId === clientId)) return outbox;
      return [...outbox, { clientId, author, text, at, status: 'pending' }];
    }
    case 'restore': {
      const known = new Set(outbox.map(({ clientId }) => clientId));
      return [...event.entries.filter(({ clientId }) => !known.has(clientId)), ...outbox];
    }
    case 'sent':
      return change(outbox, event.clientId, ({ clientId, author, text }) => {
        const { seq, at } = event.sent;
        return { clientId, author, text, at, status: 'sent', seq };
      });
    case 'failed':
      return change(outbox, event.clientId, (entry) =>
        // An acknowledged message cannot fail any more.
        entry.status === 'sent' ? entry : { ...entry, status: 'failed', problem: event.problem },
      );
    case 'all-failed':
      return failed(outbox, () => true, event.problem);
    case 'adopt':
      return outbox.map((entry) =>
        event.clientIds.has(entry.clientId) ? { ...entry, author: event.author } : entry,
      );
    case 'disowned':
      return failed(
        outbox,
        ({ author }) => author === event.author.id,
        `You wrote this as ${event.author.name}`,
      );
    case 'retry': {
      const entry = outbox.find(({ clientId }) => clientId === event.clientId);
      if (entry?.status !== 'failed') return outbox;
      const { text, at } = entry;
      const { author } = event;
      const clientId = author === entry.author ? entry.clientId : event.newClientId;
      // To the end: what was typed after it may be stored already.
      return [
        ...outbox.filter((other) => other !== entry),
        { clientId, author, text, at, status: 'pending' },
      ];
    }
    case 'discard':
      return outbox.filter(({ clientId, status }) => clientId !== event.clientId || status !== 'failed');
  }
}

/** The one to send now. One at a time, or a refused one would be overtaken by the one behind it. */
export function nextToSend(outbox: Outbox): Outgoing | undefined {
  return outbox.find(({ status }) => status === 'pending');
}

/** Without what the room's log shows by itself: `messages`, or an acknowledged seq at or below `position`. */
export function withoutStored(outbox: Outbox, position: number, messages: readonly Message[]): Outbox {
  if (outbox.length === 0) return outbox;
  const stored = new Set(messages.map(({ user, clientId }) => keyOf({ author: user.id, clientId })));
  const rest = outbox.filter(
    (entry) => !stored.has(keyOf(entry)) && (entry.seq === undefined || entry.seq > position),
  );
  return rest.length === outbox.length ? outbox : rest;
}

/** A `clientId` is one for one author. */
export function keyOf({ author, clientId }: Pick<Outgoing, 'author' | 'clientId'>): string {
  return `${author} ${clientId}`;
}

function failed(outbox: Outbox, which: (entry: Outgoing) => boolean, problem: string): Outbox {
  return outbox.map((entry) =>
    entry.status === 'pending' && which(entry) ? { ...entry, status: 'failed', problem } : entry,
  );
}

function change(outbox: Outbox, clientId: string, to: (entry: Outgoing) => Outgoing): Outbox {
  return outbox.map((entry) => (entry.clientId === clientId ? to(entry) : entry));
}
