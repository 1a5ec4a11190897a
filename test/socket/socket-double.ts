import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { User } from '../../src/protocol/index.js';
import { Connection, type Dialect } from '../../src/socket/connection.js';

export type Frame = { event?: string; [key: string]: unknown };

/** What is below a socket: what was written, and how much of it the peer has not taken yet. */
export class StreamDouble {
  readonly writes: Buffer[] = [];
  writableLength = 0;

  write(bytes: Buffer): boolean {
    this.writes.push(bytes);
    return true;
  }
}

/** The peer of a connection, as `ws` shows it. */
export class SocketDouble extends EventEmitter {
  readonly stream = new StreamDouble();
  readonly closings: { code: number; reason: string }[] = [];
  pings = 0;
  terminated = false;
  readyState = 1;
  isPaused = false;

  ping(): void {
    this.pings++;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.closings.push({ code, reason });
  }

  /** The socket is gone. */
  terminate(code = 1006): void {
    this.terminated = true;
    this.readyState = 3;
    this.emit('close', code);
  }

  /** Everything that was written, frame by frame. */
  get frames(): Frame[] {
    const frames: Frame[] = [];
    for (let rest = Buffer.concat(this.stream.writes); rest.length > 0;) {
      if (rest[0] !== 0x81) throw new Error(`a frame begins with ${rest[0]}`);
      const short = rest[1] as number;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      const length = [short, rest.readUInt16BE(2), Number(rest.length > 9 ? rest.readBigUInt64BE(2) : 0n)];
      const end = start + (length[start === 2 ? 0 : start === 4 ? 1 : 2] as number);
      frames.push(JSON.parse(rest.subarray(start, end).toString()) as Frame);
      rest = rest.subarray(end);
    }
    return frames;
  }
}

/** A connection on a socket that a test plays. */
export function connected(options: { user?: User; dialect?: Dialect; room?: string } = {}) {
  const { user = { id: 'ann', name: 'Ann' }, dialect = 'chat.v1', room } = options;
  const socket = new SocketDouble();
  const { stream } = socket;
  const below = [socket as unknown as WebSocket, stream as unknown as Duplex] as const;
  const connection = new Connection(...below, { user, sessionId: 'session' }, dialect, room, '127.0.0.1');
  socket.once('close', (code: number) => connection.ended(code));
  return { socket, stream, connection };
}

/** What was left for the end of this turn of the event loop has been done. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
