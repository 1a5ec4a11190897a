import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Identity } from '../auth/auth-provider.js';
import { CloseCode, type ChatError, type User } from '../protocol/index.js';

export type Dialect = 'plain' | 'chat.v1';

/** Bytes waiting in the socket at which what may be lost is dropped, and at which the reader is cut off. */
export const SOFT_LIMIT = 256 * 1024;
export const HARD_LIMIT = 1024 * 1024;
/** How long a connection may stay above {@link SOFT_LIMIT}. */
export const SLOW_FOR_MS = 5_000;
/** How long a peer has to answer our close frame. */
export const CLOSE_GRACE_MS = 1_000;

/** The request being answered now. Requests of one connection run one after another, so there is at most one. */
export interface CurrentRequest {
  id?: number;
  refusal?: ChatError;
  /** Run, in the same turn, right after the reply was written. */
  afterReply: (() => void)[];
}

/** One socket and its user. Wraps the socket, never extends it: more than one copy of `ws` may be installed. */
export class Connection {
  readonly id = randomUUID();
  /** Groups this connection is in; kept by `FanOut`. */
  readonly groups = new Set<string>();
  /** Message handlers by the index of their event; see `EventIndex`. */
  readonly handlers: Function[] = [];
  readonly inbox: Buffer[] = [];
  /** What frames must wait for: the gateways' connect hooks. */
  started: Promise<unknown> = Promise.resolve();
  draining = false;
  current?: CurrentRequest;
  /** Monotonic milliseconds; 0 where no ping is unanswered. */
  pingSentAt = 0;
  nextPingAt = 0;
  private readonly closeListeners: ((code: number) => void)[] = [];
  private readonly pushes: Buffer[] = [];
  private readonly replies: Buffer[] = [];
  private slowSince = 0;
  private closing = false;
  private killer?: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    /** Below `socket`. Frames of ours are written here: many in one piece, and the same bytes to many. */
    private readonly stream: Duplex,
    readonly identity: Identity,
    readonly dialect: Dialect,
    /** The room of the path, where it names one. */
    readonly room: string | undefined,
    readonly address: string,
  ) {}

  get user(): User {
    return this.identity.user;
  }

  /** False from the moment that either side began to close: nothing is delivered any more. */
  get open(): boolean {
    return !this.closing && this.socket.readyState === 1;
  }

  /** True once this side has closed it. What a peer sent before its own close frame is still answered for. */
  get cutOff(): boolean {
    return this.closing;
  }

  /** Called once, after the socket is gone, with the close code. */
  onClose(listener: (code: number) => void): void {
    // One listener on the socket for all: each would cost every idle connection some hundred bytes.
    if (this.closeListeners.push(listener) > 1) return;
    this.socket.once('close', (code) => {
      clearTimeout(this.killer);
      for (const each of this.closeListeners) each(code);
    });
  }

  /** Reads slower than others write: what may be lost is not for it. */
  get isBehind(): boolean {
    return this.stream.writableLength > SOFT_LIMIT;
  }

  /** Whole frames, written at once. Somebody with too much waiting is cut off instead: nobody else waits for them. */
  write(frames: Buffer | null): void {
    if (frames === null || !this.open) return;
    if (this.stream.writableLength > HARD_LIMIT) this.close(CloseCode.tooSlow, 'reads too slowly');
    else this.stream.write(frames);
  }

  /** Pushes of a group. Where replies are queued, both leave in one write, the pushes first. */
  deliver(frames: Buffer | null): void {
    if (frames === null) return;
    if (this.replies.length === 0) this.write(frames);
    else this.pushes.push(frames);
  }

  /** Queues a frame for this connection alone; `flush` writes what is queued. */
  enqueue(frame: Buffer): void {
    this.replies.push(frame);
  }

  flush(): void {
    const queued = [...this.pushes.splice(0), ...this.replies.splice(0)];
    if (queued.length > 0) this.write(queued.length === 1 ? (queued[0] as Buffer) : Buffer.concat(queued));
  }

  /** Cuts off a reader that stays behind. `now` is monotonic, in milliseconds. */
  checkSpeed(now: number): void {
    if (!this.isBehind) this.slowSince = 0;
    else if (this.slowSince === 0) this.slowSince = now;
    else if (now - this.slowSince > SLOW_FOR_MS) this.close(CloseCode.tooSlow, 'reads too slowly');
  }

  /** A control frame, for clients of the plain dialect. */
  pingFrame(): void {
    if (this.open) this.socket.ping(undefined, undefined, ignoreWriteError);
  }

  onPongFrame(listener: () => void): void {
    this.socket.on('pong', listener);
  }

  /** Stops reading from TCP: a client that asks faster than it is answered waits there. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    if (this.socket.readyState === 1 && this.socket.isPaused) this.socket.resume();
  }

  /** Idempotent. A peer that does not answer the close frame in a second is cut off. */
  close(code: number, reason: string): void {
    if (this.closing) return;
    if (code !== CloseCode.tooSlow) this.flush();
    this.closing = true;
    this.inbox.length = 0;
    this.resume();
    this.socket.close(code, reason);
    this.killer = setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  terminate(): void {
    this.closing = true;
    this.socket.terminate();
  }
}

/** A failed write is followed by the socket's own `close`; there is nothing to do twice. */
function ignoreWriteError(): void {}
