import type { Role, RoomEventData, RoomEventType, User } from '../protocol/index.js';

export interface Room {
  /** Internal; never on the wire. */
  id: string;
  name: string;
  /** Empty where it is called after its people. */
  title: string;
  topic: string;
  kind: 'public' | 'private' | 'direct';
  archived: boolean;
  /** Between two messages of one person; 0: as they like. */
  slowModeSeconds: number;
  /** Raised, by chance, by every event that changes who may do what: no two of a room's rights have the same number. */
  rights: number;
  /** Changes when a log is rebuilt (restored from a backup): positions of another epoch mean nothing. */
  epoch: string;
  /** `seq` of the newest event, 0 in an empty room. */
  head: number;
  createdAt: string;
}

/** What is asked to be stored. `actor` is who does it, `clientId` their own id for it. */
export type EventDraft<Type extends RoomEventType = RoomEventType> = {
  [Each in Type]: {
    roomId: string;
    actor: User;
    clientId: string;
    type: Each;
    data: RoomEventData<Each>;
    /** The room's `rights` on which it was decided that the actor may: where they are others by now, it is refused. */
    rights?: number;
    /** Slow mode: refused sooner than so many milliseconds after the last draft of this person here that named any. */
    pauseMs?: number;
  };
}[Type];

/** One event of a room's log, as stored. `at` is ISO 8601 with milliseconds, UTC. */
export type RoomEvent<Type extends RoomEventType = RoomEventType> = {
  [Each in Type]: Omit<EventDraft<Each>, 'rights' | 'pauseMs'> & { seq: number; id: string; at: string };
}[Type];

/** A message as it is now. */
export interface StoredMessage {
  seq: number;
  id: string;
  actor: User;
  clientId: string;
  at: string;
  /** Empty where it was deleted. */
  text: string;
  replyTo?: string;
  editedAt?: string;
  deleted: boolean;
  /** `seq` of the event that edited or deleted it last. */
  changed?: number;
  /** Ascending by `seq`. */
  reactions: StoredReaction[];
}

export interface StoredReaction {
  emoji: string;
  actor: User;
  /** Of the event that added it, or took it back. */
  seq: number;
  gone: boolean;
}

/** How far a room's log is. */
export interface Head {
  epoch: string;
  /** Of the newest event, 0 in an empty room. */
  seq: number;
}

export interface Appended {
  event: RoomEvent;
  /** True where `(room, actor, clientId)` was there before: `event` is then the first one. */
  dup: boolean;
}

export interface RangeQuery {
  /** Only what has a greater / smaller `seq`. */
  after?: number;
  before?: number;
  limit: number;
}

/**
 * The room log: the truth. `seq` is 1, 2, 3 … per room without holes, taken in the transaction that stores the event;
 * commits of one room become visible in `seq` order.
 */
export abstract class RoomLog {
  /**
   * Stores once. Resolves after commit: acknowledged means stored. A repeat of `(room, actor, clientId)` resolves with
   * the first event and `dup`. Rejects with `ChatError('unavailable')` where the database cannot be reached, and
   * with `ChatError('not_found')` where the room, or the message that the event is about, is not there, and with `RightsChanged`
   * where the draft names rights that are not the room's at its place in the order, and with
   * `ChatError('rate_limited')` where it comes too soon after the person's last one. An event about a message
   * that was deleted has its place in the order, and changes nothing: deleted stays deleted.
   */
  abstract append(draft: EventDraft): Promise<Appended>;
  /**
   * Events ascending by `seq`. With `after`: the first `limit` behind it. With `before`, or neither: the last
   * `limit` before it. People carry the name they have now, and words are those that the message has now.
   */
  abstract range(roomId: string, query: RangeQuery): Promise<RoomEvent[]>;
  /**
   * Messages as they are now, in the same order and with the same bounds as `range`; reactions without those that are
   * gone. What is read may be newer than a head that was asked for before, never older.
   */
  abstract messages(roomId: string, query: RangeQuery): Promise<StoredMessage[]>;
  /** One message of this room, with the reactions that are gone; `null` where it is not there. */
  abstract message(roomId: string, id: string): Promise<StoredMessage | null>;
  /** How far each room is, never less than what was acknowledged or read; a room that is not there is left out. */
  abstract heads(roomIds: string[]): Promise<Map<string, Head>>;
  /** The room's log went back behind what it was: it gets another epoch, where it still has this one. */
  abstract renew(roomId: string, epoch: string): Promise<void>;
}

/** What a private room or a direct conversation begins with. Its name is random. */
export interface NewRoom {
  kind: 'private' | 'direct';
  title: string;
  topic: string;
  members: { user: User; role: Role }[];
  directKey?: string;
}

/** A room, and its newest message, as the lobby shows it. */
export interface RoomOverview {
  room: Room;
  last?: { actor: User; text: string; at: string };
}

/** Which rooms there are. */
export abstract class RoomDirectory {
  abstract find(name: string): Promise<Room | null>;
  /**
   * Finds or creates a public room; `created` tells which, and only then is `owner` its owner. Concurrent calls, on any
   * node, end with one room.
   */
  abstract open(
    name: string,
    title?: string,
    owner?: User,
    topic?: string,
  ): Promise<{ room: Room; created: boolean }>;
  /** A room that begins with members. With `directKey`: finds the one that has it, or creates it. */
  abstract create(wish: NewRoom): Promise<{ room: Room; created: boolean }>;
  /** Public rooms, newest activity first. */
  abstract list(limit: number): Promise<RoomOverview[]>;
  /** The private rooms and direct conversations that this person is a member of, newest activity first. */
  abstract listOf(userId: string, limit: number): Promise<RoomOverview[]>;
  /** What the person is called from now on, on old messages too. */
  abstract renamePerson(user: User): Promise<void>;
  /** Resolves where the database answers; rejects otherwise. For readiness. */
  abstract ping(): Promise<void>;
  /** False where it answers, and what was to be stored last could not be. */
  get takesWrites(): boolean {
    return true;
  }
}
