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
  type User,
} from '../protocol/index.js';
import { Inbox } from './inbox.js';

export interface CommunicatorOptions {
  /** `chat.v1` where not given; `plain` speaks as a Django Channels tutorial page does. */
  dialect?: 'chat.v1' | 'plain';
  headers?: Record<string, string>;
  /** A `ping` is answered and not shown, where not given. With `false` it is a push like the others, left to the test. */
  answersPings?: boolean;
  /** How long a wait may take. 20,000 ms where not given. */
  timeoutMs?: number;
}

/** The refusal of a request, as the server said it. */
export class Refused extends Error {
  readonly code: ErrorBody['code'];
  readonly retryAfterMs?: number;

  constructor({ code, message, retryAfterMs }: ErrorBody) {
    super(`${code}: ${message}`);
    this.name = 'Refused';
    this.code = code;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** The handshake was answered with something else than 101. */
export class HandshakeRefused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`refused with ${status}: ${body}`);
    this.name = 'HandshakeRefused';
  }
}

/** What was received, parsed. Of the plain dialect: `{message, …}` or `{error}`. */
export type Received = { event?: string; id?: number; data?: unknown; [key: string]: unknown };

type DataOf<Name> = Name extends RequestName ? RequestData<Name> : unknown;
type ReplyOf<Name> = Name extends RequestName ? ReplyData<Name> : unknown;

/**
 * A client of the chat socket for tests. Frames are buffered from the first byte, every wait ends, and a failure
 * prints the inbox.
 * @publicApi
 */
export class Communicator implements AsyncDisposable {
  /** Resolves when the socket is closed, by whom ever. */
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly inbox = new Inbox<Received>();
  private lastId = 0;
  private welcome?: PushData<'welcome'>;

  private constructor(
    private readonly socket: WebSocket,
    private readonly dialect: 'chat.v1' | 'plain',
    private readonly answersPings: boolean,
    private readonly timeoutMs: number,
  ) {
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString()) as Received));
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => {
        this.inbox.finish(`the socket was closed with ${code}`);
        resolve({ code, reason: reason.toString() });
      }),
    );
  }

  /** Rejects with `HandshakeRefused` where there is no 101. With `chat.v1` the `welcome` has been taken. */
  static async connect(url: string, options: CommunicatorOptions = {}): Promise<Communicator> {
    const { dialect = SUBPROTOCOL, headers = {}, answersPings = true, timeoutMs = 20_000 } = options;
    const socket = new WebSocket(url, dialect === SUBPROTOCOL ? [SUBPROTOCOL] : [], { headers });
    const communicator = new Communicator(socket, dialect, answersPings, timeoutMs);
    await opened(socket, timeoutMs);
    if (dialect === SUBPROTOCOL) communicator.welcome = await communicator.push('welcome');
    return communicator;
  }

  /** Who the server says we are. Only with `chat.v1`. */
  get user(): User {
    if (!this.welcome) throw new Error('the plain dialect does not tell who we are');
    return this.welcome.user;
  }

  /** Sends, and waits for the reply to it; rejects with `Refused`. */
  async request<Name extends string>(event: Name, data?: DataOf<Name>): Promise<ReplyOf<Name>> {
    const id = ++this.lastId;
    this.sendRaw(JSON.stringify({ event, id, data: data ?? {} }));
    const isReply = (frame: Received) => frame.event === 'reply' && frame.id === id;
    const reply = (await this.inbox.take(`the reply to ${event}`, isReply, this.timeoutMs)) as ReplyFrame;
    if (!reply.ok) throw new Refused(reply.error);
    return reply.data as ReplyOf<Name>;
  }

  /** Takes the first push of this name out of the inbox, or waits for it. */
  async push<Name extends PushName>(
    name: Name,
    fits?: (data: PushData<Name>) => boolean,
  ): Promise<PushData<Name>>;
  async push(name: string, fits?: (data: never) => boolean): Promise<unknown>;
  async push(name: string, fits: (data: never) => boolean = () => true): Promise<unknown> {
    const isPush = (frame: Received) => frame.event === name && fits(frame.data as never);
    return (await this.inbox.take(`the push ${name}`, isPush, this.timeoutMs)).data;
  }

  /** The next frame, whatever it is. */
  next(): Promise<Received> {
    return this.inbox.take('a frame', () => true, this.timeoutMs);
  }

  /**
   * Fails if anything is there or on its way. Not a pause: something is sent behind it on the same path, and once that
   * is answered, what was to come has come. `except` names pushes that do not count.
   */
  async nothing(except: string[] = []): Promise<void> {
    if (this.dialect === SUBPROTOCOL) await this.request('pong', {});
    else await this.controlRoundTrip();
    const counted = this.inbox.all.filter(({ event }) => !except.includes(event ?? ''));
    if (counted.length > 0) throw this.inbox.failure('something arrived');
  }

  /** Exactly these bytes, for what no client of ours would send. */
  sendRaw(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** A message in the plain dialect. */
  say(message: string): void {
    this.sendRaw(JSON.stringify({ message }));
  }

  /** Everything that arrived and was not taken. */
  get received(): readonly Received[] {
    return this.inbox.all;
  }

  async close(code = 1000): Promise<void> {
    this.socket.close(code);
    await this.closed;
  }

  /** As a pulled plug. */
  terminate(): void {
    this.socket.terminate();
  }

  /** Stops and resumes reading from the network. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close();
    else this.socket.terminate();
    await this.closed;
  }

  private receive(frame: Received): void {
    const isPing = this.dialect === SUBPROTOCOL && frame.event === 'ping';
    if (isPing && this.answersPings) this.sendRaw('{"event":"pong","data":{}}');
    else this.inbox.add(frame);
  }

  private controlRoundTrip(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.inbox.failure('no pong')), this.timeoutMs);
      this.socket.once('pong', () => {
        clearTimeout(timer);
        resolve();
      });
      this.socket.ping();
    });
  }
}

function opened(socket: WebSocket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.terminate();
      reject(new Error(`no answer to the handshake within ${timeoutMs} ms`));
    }, timeoutMs);
    const end = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    socket.once('open', () => end(resolve));
    socket.on('error', (error) => end(() => reject(error)));
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => end(() => reject(new HandshakeRefused(response.statusCode ?? 0, body))));
    });
  });
}
