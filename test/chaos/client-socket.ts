import { WebSocket } from 'ws';
import {
  type ErrorBody,
  type PushData,
  type PushName,
  type ReplyData,
  type ReplyFrame,
  type RequestData,
  type RequestName,
  SUBPROTOCOL,
} from '../../src/protocol/index.js';

/** The server said no. */
export class Refusal extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.code);
  }
}

/** No answer came: whether it was done is unknown. */
export class NoAnswer extends Error {}

export interface ClientSocketOptions {
  url: string;
  token: string;
  /** Silence that means that nobody is there any more. */
  silenceMs: number;
  replyTimeoutMs: number;
  onPush(event: PushName, data: never): void;
  /** Once. `code` 1006 where nobody closed it. */
  onClose(closed: { code: number; openForMs: number; retryAfterMs: number }): void;
}

interface Waiting {
  answered: (data: never) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** One connection of `chat.v1`, from connecting to closed. */
export class ClientSocket {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, Waiting>();
  private silence?: NodeJS.Timeout;
  private openedAt = 0;
  private retryAfterMs = 0;
  private lastId = 0;
  private finished = false;

  constructor(private readonly options: ClientSocketOptions) {
    const { url, token, silenceMs } = options;
    this.socket = new WebSocket(url, [SUBPROTOCOL], {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: Math.min(silenceMs, 10_000),
    });
    this.socket.on('open', () => (this.openedAt = performance.now()));
    this.socket.on('message', (data: Buffer) => this.receive(data.toString()));
    this.socket.on('unexpected-response', (_request, response) => {
      this.retryAfterMs = 1_000 * Number(response.headers['retry-after'] ?? 0);
      response.destroy();
      this.finish(1006);
    });
    // A close follows every error.
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => this.finish(code));
    this.heard();
  }

  /**
   * Rejects with `Refusal` or `NoAnswer`. `onReply` is called before the next frame is looked at, which a promise is
   * not.
   */
  request<Name extends RequestName>(
    event: Name,
    data: RequestData<Name>,
    onReply: (data: ReplyData<Name>) => void = () => undefined,
  ): Promise<ReplyData<Name>> {
    if (this.finished || this.socket.readyState !== WebSocket.OPEN)
      return Promise.reject(new NoAnswer('not connected'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new NoAnswer('no reply in time'));
      }, this.options.replyTimeoutMs);
      const answered = (reply: ReplyData<Name>) => {
        onReply(reply);
        resolve(reply);
      };
      this.waiting.set(id, { answered: answered as (data: never) => void, reject, timer });
      this.socket.send(JSON.stringify({ event, id, data }));
    });
  }

  /** In peace. */
  close(code = 1000): void {
    this.socket.close(code);
    this.finish(code);
  }

  /** As a pulled plug: the server is not told. */
  drop(): void {
    this.socket.terminate();
    this.finish(1006);
  }

  /** Stops and resumes reading from the network. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  private receive(text: string): void {
    if (this.finished) return;
    this.heard();
    const frame = JSON.parse(text) as ReplyFrame | { event: PushName; data: never };
    if (frame.event === 'reply') return this.settle(frame as ReplyFrame);
    const { event, data } = frame as { event: PushName; data: never };
    if (event === 'ping') this.socket.send(JSON.stringify({ event: 'pong', data: {} }));
    if (event === 'bye') this.retryAfterMs = (data as PushData<'bye'>).retryAfterMs;
    this.options.onPush(event, data);
  }

  private settle(reply: ReplyFrame): void {
    const waiting = this.waiting.get(reply.id ?? 0);
    if (!waiting) return;
    this.waiting.delete(reply.id ?? 0);
    clearTimeout(waiting.timer);
    if (reply.ok) waiting.answered(reply.data as never);
    else waiting.reject(new Refusal(reply.error));
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.drop(), this.options.silenceMs);
  }

  private finish(code: number): void {
    if (this.finished) return;
    this.finished = true;
    clearTimeout(this.silence);
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new NoAnswer('the connection is gone'));
    }
    this.waiting.clear();
    const openForMs = this.openedAt === 0 ? 0 : performance.now() - this.openedAt;
    this.options.onClose({ code, openForMs, retryAfterMs: this.retryAfterMs });
  }
}
