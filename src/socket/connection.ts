import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Identity } from '../auth/auth-provider.js';
import { CloseCode, type User } from '../protocol/index.js';
import { isUnfinished } from './unfinished-message.js';

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
  /** Run in the same turn, right behind the reply. */
  afterReply?: () => void;
  /** Run instead, where it is refused behind its handler. */
  afterRefusal?: () => void;
  /** It was answered. Its handler may still be at work, where whoever is around it lost patience. */
  over?: boolean;
}

const NONE: readonly never[] = [];

/**
 * One socket and its user. Wraps the socket, never extends it: more than one copy of `ws` may be installed.
 *
 * Most connections are idle most of the time, so what only a busy one needs is made when it is needed, and let go of.
 */
export class Connection {
  readonly id = randomUUID();
  /** Groups this connection is in; kept by `FanOut`. */
  groups: readonly string[] = NONE;
  /** What frames must wait for: the gateways' connect hooks. Never rejects; gone when they are done. */
  started?: Promise<unknown> = undefined;
  draining = false;
  current?: CurrentRequest = undefined;
  /** Monotonic milliseconds; 0 where no ping is unanswered. */
  pingSentAt = 0;
  nextPingAt = 0;
  /** Monotonic milliseconds: when the message that is not whole yet was first seen; 0 where there is none. */
  unfinishedSince = 0;
  /** Hands over what its groups were given until now; set by `FanOut`, one function for all connections. */
  lastWords?: (connection: Connection) => void = undefined;
  private inbox?: Buffer[] = undefined;
  private closeListeners: readonly ((code: number) => void)[] = NONE;
  private pushes?: Buffer[] = undefined;
  private replies?: Buffer[] = undefined;
  private slowSince = 0;
  private closing = false;
  private killer?: NodeJS.Timeout = undefined;

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
    this.closeListeners = [...this.closeListeners, listener];
  }

  /** The socket is gone. */
  ended(code: number): void {
    clearTimeout(this.killer);
    const listeners = this.closeListeners;
    this.closeListeners = NONE;
    for (const listener of listeners) listener(code);
  }

  /** Requests that wait for the one that is being answered. */
  get waiting(): number {
    return this.inbox?.length ?? 0;
  }

  /** Takes in a request that has to wait. */
  queue(data: Buffer): void {
    if (this.inbox) this.inbox.push(data);
    else this.inbox = [data];
  }

  /** The next one that waits. */
  next(): Buffer | undefined {
    const data = this.inbox?.shift();
    if (this.inbox?.length === 0) this.inbox = undefined;
    return data;
  }

  isIn(group: string): boolean {
    return this.groups.includes(group);
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
    if (this.replies === undefined) this.write(frames);
    else if (this.pushes) this.pushes.push(frames);
    else this.pushes = [frames];
  }

  /** Queues a frame for this connection alone; `flush` writes what is queued. */
  enqueue(frame: Buffer): void {
    if (this.replies) this.replies.push(frame);
    else this.replies = [frame];
  }

  flush(): void {
    const { pushes, replies } = this;
    if (replies === undefined) return;
    this.pushes = undefined;
    this.replies = undefined;
    const queued = pushes ? [...pushes, ...replies] : replies;
    this.write(queued.length === 1 ? (queued[0] as Buffer) : Buffer.concat(queued));
  }

  /** Cuts off a reader that stays behind. `now` is monotonic, in milliseconds. */
  checkSpeed(now: number): void {
    if (!this.isBehind) this.slowSince = 0;
    else if (this.slowSince === 0) this.slowSince = now;
    else if (now - this.slowSince > SLOW_FOR_MS) this.close(CloseCode.tooSlow, 'reads too slowly');
  }

  /** The peer has begun a message and not ended it. Where we do not read, that is not its fault. */
  get isUnfinished(): boolean {
    return !this.socket.isPaused && isUnfinished(this.socket);
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

  /**
   * Idempotent. What was delivered or queued until now leaves before the close frame, unless nobody reads it. A peer
   * that does not answer the close frame in a second is cut off.
   */
  close(code: number, reason: string): void {
    if (this.closing) return;
    if (code !== CloseCode.tooSlow) {
      this.lastWords?.(this);
      this.flush();
      // Too much of it may have closed the connection already.
      if (this.cutOff) return;
    }
    this.closing = true;
    this.inbox = undefined;
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
