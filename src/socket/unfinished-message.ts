import type { WebSocket } from 'ws';

/** As much of the receiver of `ws` as this needs: it tells of whole messages only. A test compares. */
interface Receiver {
  /** Bytes that do not make up the next part of a frame yet. */
  _bufferedBytes: number;
  /** Which part of a frame comes next; 0 is its beginning. */
  _state: number;
  /** The opcode of a message whose last frame has not begun yet, else 0. */
  _fragmented: number;
}

/** Whether the peer has begun a frame or a message, and its end is not here. */
export function isUnfinished(socket: WebSocket): boolean {
  const { _receiver: receiver } = socket as unknown as { _receiver?: Receiver | null };
  if (!receiver) return false;
  return receiver._state !== 0 || receiver._bufferedBytes > 0 || receiver._fragmented !== 0;
}
