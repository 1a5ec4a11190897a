import { connect, type Socket } from 'node:net';
import { type Dialect } from './dialects.ts';
import { CLOSE, clientFrame, PING, PONG, TEXT, walkFrames } from './frames.ts';
import { InvalidRound } from './job.ts';
import type { Ledger, Place } from './ledger.ts';

/**
 * All sockets read into one buffer, one after another; what is left of a frame waits with its client and is put in
 * front of the next bytes, in the room that is kept for it.
 */
const HEADROOM = 128 * 1024;
const shared = Buffer.allocUnsafe(HEADROOM + 256 * 1024);
const readInto = shared.subarray(HEADROOM);
const HEADER_END = Buffer.from('\r\n\r\n');

export interface ClientOptions {
  port: number;
  dialect: Dialect;
  room: string | null;
  ledger: Ledger;
  /** Called for whatever makes the round invalid. */
  onBroken: (error: Error) => void;
}

/** One WebSocket over a bare TCP socket. */
export class Client {
  readonly socket: Socket;
  place?: Place;
  onReply?: (bytes: Buffer, body: number, end: number) => void;
  private readonly options: ClientOptions;
  private rest: Buffer | null = null;
  private upgraded = false;
  private ready = false;
  private closing = false;
  private settle?: { resolve: (client: Client) => void; reject: (error: Error) => void };
  private readonly onFrame = (opcode: number, body: number, end: number) => this.frame(opcode, body, end);

  private constructor(options: ClientOptions) {
    this.options = options;
    this.socket = connect({
      port: options.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: readInto, callback: (length) => this.read(length) },
    });
    this.socket.once('connect', () => this.socket.write(this.handshake()));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new InvalidRound('the server closed a connection')));
  }

  /** Resolves when the server says that the client may speak, and that it is in its room. */
  static open(options: ClientOptions): Promise<Client> {
    return new Promise((resolve, reject) => {
      const client = new Client(options);
      client.settle = { resolve, reject };
    });
  }

  send(text: string): void {
    this.socket.write(clientFrame(text));
  }

  /** At once and without TIME_WAIT, of which a system has only so many. */
  close(): void {
    this.closing = true;
    this.socket.resetAndDestroy();
  }

  private handshake(): string {
    const { dialect, port, room } = this.options;
    return (
      `GET ${dialect.path(room)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
      `Sec-WebSocket-Version: 13\r\n${dialect.headers}\r\n`
    );
  }

  private read(length: number): boolean {
    if (this.closing) return true;
    let start = HEADROOM;
    const end = HEADROOM + length;
    if (this.rest !== null) {
      start -= this.rest.length;
      this.rest.copy(shared, start);
      this.rest = null;
    }
    try {
      this.options.ledger.now = performance.now();
      if (!this.upgraded) start = this.upgrade(start, end);
      if (this.upgraded) start = walkFrames(shared, start, end, this.onFrame);
      if (end - start > HEADROOM) throw new InvalidRound('a frame too large to be one of ours');
      if (start < end) this.rest = Buffer.from(shared.subarray(start, end));
    } catch (error) {
      this.fail(error as Error);
    }
    return true;
  }

  private upgrade(start: number, end: number): number {
    const head = shared.subarray(start, end);
    const length = head.indexOf(HEADER_END);
    if (length < 0) return start;
    const status = head.toString('latin1', 9, 12);
    if (status !== '101') throw new InvalidRound(`a handshake was answered with ${status}`);
    this.upgraded = true;
    this.greet(null);
    return start + length + HEADER_END.length;
  }

  private frame(opcode: number, body: number, end: number): void {
    if (opcode !== TEXT) return this.control(opcode, body, end);
    if (!this.ready) return this.greet(shared.toString('utf8', body, end));
    const { dialect, ledger } = this.options;
    switch (dialect.kindOf(shared, body)) {
      case 'message':
        if (this.place === undefined) throw new InvalidRound('a message reached somebody in no room');
        return ledger.deliver(this.place, shared, body, end);
      case 'reply':
        return this.onReply?.(shared, body, end);
      case 'ping':
        return this.send(dialect.pong);
      case 'bye':
        throw new InvalidRound('the server said goodbye');
    }
  }

  private greet(text: string | null): void {
    const answer = this.options.dialect.greet(text, this.options.room);
    if (answer === null) return;
    if (answer !== 'ready') return this.send(answer);
    this.ready = true;
    this.settle?.resolve(this);
    this.settle = undefined;
  }

  private control(opcode: number, body: number, end: number): void {
    if (opcode === PING) this.socket.write(clientFrame(shared.toString('latin1', body, end), PONG));
    if (opcode !== CLOSE) return;
    const code = end - body >= 2 ? shared.readUInt16BE(body) : 1005;
    throw new InvalidRound(`the server closed a connection with ${code}`);
  }

  private fail(error: Error): void {
    if (this.closing) return;
    this.close();
    if (this.settle) this.settle.reject(error);
    else this.options.onBroken(error);
  }
}
