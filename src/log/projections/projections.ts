import type { RoomEventType } from '../../protocol/index.js';
import type { EventDraft } from '../room-log.js';

/**
 * What each type of event does to the tables that are read, in the transaction that stores it. `about` is the `no` of
 * the message that it changes; what creates one has its words in its own row. The same in PostgreSQL: the file
 * `<type>.sql` beside this one.
 */
export type SqliteProjections = {
  [Type in RoomEventType]: (draft: EventDraft<Type>, about: number, seq: number, at: number) => void;
};
