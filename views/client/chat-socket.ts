import { CloseCode, SUBPROTOCOL } from '../../src/protocol/codes.js';
import type { PushData, PushName, ReplyData, RequestData, RequestName } from '../../src/protocol/events.js';
import type { ErrorBody, ReplyFrame } from '../../src/protocol/frames.js';
import type { Clock } from './clock.js';

/** The part of the browser's WebSocket that is used; `ws` fits too. */
export interface SocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
export type SocketConstructor = new (url: string, protocols: string) => SocketLike;

export interface ChatSocketOptions {
  url: string;
  WebSocket: SocketConstructor;
  clock: Clock;
  /** A push of the room log or an ephemeral one, in the order received. `ping` and `bye` are handled before. */
  onPush<Name extends PushName>(event: Name, data: PushData<Name>): void;
  /** Exactly once. `retryAfterMs` is what the server's `bye` asked for. */
  onClose(closed: { code: number; openForMs: number; retryAfterMs?: number }): void;
  /** Silence that means the connection is dead; the server pings every 25 s. */
  silenceMs?: number;
  replyTimeoutMs?: number;
}

/** The server said no: `code` is one of the protocol's. */
export class RequestRefused extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.message);
    this.name = 'RequestRefused';
  }
}

/** No answer came: whether the request was carried out is unknown. */
export class RequestLost extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'RequestLost';
  }
}

interface Waiting {
  resolve(data: never): void;
  reject(error: Error): void;
  cancel(): void;
}

/** The close code for a connection that nobody closed: what a browser reports for a lost one, too. */
const LOST = 1006;
const OPEN = 1;

/** One connection of `chat.v1`, from connecting to closed. To come back, make another one. */
export class ChatSocket {
  private readonly socket: SocketLike;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private openedAt: number | null = null;
  private retryAfterMs: number | undefined;
  /** What the server takes, as its `welcome` says. */
  private frameBytes = Infinity;
  private closed = false;
  private heardAt = 0;
  private cancelSilence: () => void = () => {};

  constructor(private readonly options: ChatSocketOptions) {
    this.socket = new options.WebSocket(options.url, SUBPROTOCOL);
    this.socket.onopen = () => {
      this.openedAt = options.clock.now();
      this.heard();
    };
    this.socket.onmessage = (event: { data: unknown }) => this.receive(event.data);
    this.socket.onclose = (event: { code: number }) => this.finish(event.code);
    // A close follows every error and carries what there is to know.
    this.socket.onerror = () => {};
    this.heard();
  }

  /** Rejects with `RequestRefused` or `RequestLost`. */
  request<Name extends RequestName>(event: Name, data: RequestData<Name>): Promise<ReplyData<Name>> {
    if (this.closed || this.socket.readyState !== OPEN) {
      return Promise.reject(new RequestLost('not connected'));
    }
    const id = this.nextId++;
    const frame = JSON.stringify({ event, id, data });
    // The server would close the connection, and a message that is sent again would close the next one, too.
    if (new TextEncoder().encode(frame).length > this.frameBytes)
      return Promise.reject(new RequestRefused({ code: 'too_long', message: 'This is too long to be sent' }));
    return new Promise<ReplyData<Name>>((resolve, reject) => {
      const cancel = this.options.clock.after(this.options.replyTimeoutMs ?? 10_000, () => {
        this.waiting.delete(id);
        reject(new RequestLost('no reply'));
      });
      this.waiting.set(id, { resolve: resolve as (data: never) => void, reject, cancel });
      this.socket.send(frame);
    });
  }

  /** Ends the connection now, without waiting for the other side to agree. */
  close(code: number = CloseCode.normal): void {
    if (this.closed) return;
    try {
      this.socket.close(code);
    } finally {
      this.finish(code);
    }
  }

  /** Since the server said something, or since it was called. */
  get silentForMs(): number {
    return this.options.clock.now() - this.heardAt;
  }

  /** Gives the connection up for dead: `onClose` is called now. */
  lose(): void {
    // A closing handshake on a dead line can take minutes; the person should not wait for it.
    try {
      this.socket.close(CloseCode.noPong);
    } finally {
      this.finish(LOST);
    }
  }

  private receive(raw: unknown): void {
    if (this.closed) return;
    this.heard();
    let frame: ReplyFrame | { event: PushName; data: unknown };
    try {
      frame = JSON.parse(String(raw));
    } catch {
      return;
    }
    if (typeof frame !== 'object' || frame === null) return;
    if (frame.event === 'reply') this.settle(frame as ReplyFrame);
    else if (frame.event === 'ping') {
      this.socket.send(JSON.stringify({ event: 'pong', data: {} }));
      this.options.onPush('ping', frame.data as PushData<'ping'>);
    } else {
      if (frame.event === 'welcome')
        this.frameBytes = (frame.data as PushData<'welcome'>).limits?.frameBytes ?? Infinity;
      if (frame.event === 'bye') this.retryAfterMs = (frame.data as PushData<'bye'>).retryAfterMs;
      this.options.onPush(frame.event, frame.data as PushData<PushName>);
    }
  }

  private settle(reply: ReplyFrame): void {
    if (reply.id === undefined) return;
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    this.waiting.delete(reply.id);
    waiting.cancel();
    if (reply.ok) waiting.resolve(reply.data as never);
    else waiting.reject(new RequestRefused(reply.error));
  }

  private heard(): void {
    const { clock, silenceMs = 40_000 } = this.options;
    this.heardAt = clock.now();
    this.cancelSilence();
    this.cancelSilence = clock.after(silenceMs, () => this.lose());
  }

  private finish(code: number): void {
    if (this.closed) return;
    this.closed = true;
    this.cancelSilence();
    for (const waiting of this.waiting.values()) {
      waiting.cancel();
      waiting.reject(new RequestLost('connection closed'));
    }
    this.waiting.clear();
    const openForMs = this.openedAt === null ? 0 : this.options.clock.now() - this.openedAt;
    this.options.onClose(
      this.retryAfterMs === undefined
        ? { code, openForMs }
        : { code, openForMs, retryAfterMs: this.retryAfterMs },
    );
  }
}
