import type { User } from '../protocol/index.js';

/** Whether a room of a socket's path may be entered, asked before the 101. Implemented by the chat. */
export abstract class RoomDoor {
  /** Creates the room where that is allowed. Rejects with `not_found` or `forbidden`. */
  abstract open(room: string, user: User): Promise<void>;
}
