import { CloseCode } from '../../src/protocol/codes.js';
import type { PushData, PushName, ReplyData, RequestData, RequestName } from '../../src/protocol/events.js';
import { ChatSocket, RequestLost, type SocketConstructor } from './chat-socket.js';
import type { Clock } from './clock.js';
import { afterClose } from './reconnect.js';

/** On a line that lives, the server pings more often. */
const SILENT_MS = 30_000;
/** A try that takes longer was begun on another network. */
const SLOW_MS = 2_000;

export type Connection =
  /** The first try; nothing to worry anybody with. */
  | { status: 'connecting' }
  | { status: 'online' }
  | { status: 'waiting'; retryAt: number }
  | { status: 'retrying' }
  /** Ended for good, with the server's close code. */
  | { status: 'stopped'; code: number };

export interface KeptConnectionOptions {
  url: string;
  WebSocket: SocketConstructor;
  clock: Clock;
  /** 0 ≤ chance < 1. */
  random(): number;
  /**
   * Whether one's sign-in is over. A browser does not tell why it was not let in: asked where it was not twice in a row.
   * `false` also where that cannot be known.
   */
  isSignedOut(): Promise<boolean>;
  onPush<Name extends PushName>(event: Name, data: PushData<Name>): void;
  onChange(connection: Connection): void;
}

/** One socket after another, until stopped by the person or by the server. */
export class KeptConnection {
  connection: Connection = { status: 'connecting' };
  private socket: ChatSocket | null = null;
  private attempt = 0;
  /** Tries in a row that the server, or whatever is in between, did not let in. */
  private vain = 0;
  private cancelWait: () => void = () => {};

  constructor(private readonly options: KeptConnectionOptions) {}

  start(): void {
    if (!this.socket && this.connection.status !== 'stopped') this.connect();
  }

  /** Not waiting any longer; does nothing unless it waits. */
  tryNow(): void {
    if (this.connection.status !== 'waiting') return;
    this.cancelWait();
    this.change({ status: 'retrying' });
    this.connect();
  }

  /**
   * The machine was asleep, the page hidden or the network gone: timers did not run, and nobody told that the line is
   * dead. Where it seems to be, the next try begins at once.
   */
  wake(): void {
    const patienceMs = this.connection.status === 'online' ? SILENT_MS : SLOW_MS;
    if (this.socket && this.socket.silentForMs > patienceMs) this.socket.lose();
    this.tryNow();
  }

  stop(code: number = CloseCode.normal): void {
    this.cancelWait();
    const socket = this.socket;
    this.socket = null;
    this.change({ status: 'stopped', code });
    socket?.close();
  }

  /** Gives up this socket and comes back on another one. */
  reconnect(code: number): void {
    this.socket?.close(code);
  }

  request<Name extends RequestName>(event: Name, data: RequestData<Name>): Promise<ReplyData<Name>> {
    return this.socket?.request(event, data) ?? Promise.reject(new RequestLost('not connected'));
  }

  private connect(): void {
    const { url, WebSocket, clock } = this.options;
    const socket: ChatSocket = new ChatSocket({
      url,
      WebSocket,
      clock,
      onPush: (event, data) => {
        if (this.socket !== socket) return;
        if (event === 'welcome') this.change({ status: 'online' });
        this.options.onPush(event, data);
      },
      onClose: (closed) => {
        if (this.socket !== socket) return;
        this.socket = null;
        const next = afterClose({ ...closed, attempt: this.attempt, chance: this.options.random() });
        if (next.kind === 'stop') return this.change({ status: 'stopped', code: closed.code });
        this.attempt = next.attempt;
        this.change({ status: 'waiting', retryAt: clock.now() + next.ms });
        this.cancelWait = clock.after(next.ms, () => this.tryNow());
        this.vain = closed.openForMs === 0 ? this.vain + 1 : 0;
        if (this.vain > 1) void this.stopIfSignedOut();
      },
    });
    this.socket = socket;
  }

  private async stopIfSignedOut(): Promise<void> {
    const isOver = await this.options.isSignedOut();
    const { status } = this.connection;
    if (isOver && (status === 'waiting' || status === 'retrying')) this.stop(CloseCode.signedOut);
  }

  private change(connection: Connection): void {
    this.connection = connection;
    this.options.onChange(connection);
  }
}
