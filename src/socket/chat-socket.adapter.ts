import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type INestApplicationContext, Logger, type WsMessageHandler } from '@nestjs/common';
import { AbstractWsAdapter } from '@nestjs/websockets';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { Env } from '../config/env.js';
import { SUBPROTOCOL } from '../protocol/index.js';
import { CHAT_SOCKET_PATH } from './chat-gateway.decorator.js';
import { toChatError } from './chat-error.filter.js';
import { CLOSE_GRACE_MS, Connection } from './connection.js';
import { ConnectionRegistry } from './connection.registry.js';
import { EventIndex } from './event-index.js';
import { Heartbeat } from './heartbeat.js';
import { RequestRouter } from './request.router.js';
import { RoomDoor } from './room.door.js';
import { type Admitted, roomOfPath, UpgradeChecks, UpgradeRefused } from './upgrade.checks.js';
import { refuseUpgrade } from './upgrade-refusal.js';

/** Fragments of one message; an honest client of 16 KiB needs one. */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1_024;

/** What the adapter needs of the application; looked up once, not per connection. */
function partsOf(app: INestApplicationContext) {
  return {
    events: app.get(EventIndex),
    registry: app.get(ConnectionRegistry),
    checks: app.get(UpgradeChecks),
    door: app.get<RoomDoor>(RoomDoor),
    router: app.get(RequestRouter),
    heartbeat: app.get(Heartbeat),
  };
}

type OnConnection = (connection: Connection) => void;

/**
 * Nest's adapter for the chat socket. Where the stock one cannot: paths with a room in them, every check before the 101,
 * frames of one client in order, a refusal for whatever is wrong, and one binding of handlers per connection.
 * @publicApi
 */
export class ChatSocketAdapter extends AbstractWsAdapter {
  private readonly logger = new Logger(ChatSocketAdapter.name);
  private readonly gateways: OnConnection[] = [];
  /** A sign-in that was extended is told so with the 101. */
  private readonly cookies = new WeakMap<IncomingMessage, string[]>();
  private server?: WebSocketServer;
  private readonly parts: ReturnType<typeof partsOf>;
  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    void this.upgrade(request, socket, head);

  constructor(private readonly app: INestApplicationContext) {
    super(app);
    this.parts = partsOf(app);
  }

  /** Called by Nest once per gateway and path; the chat's gateways share one server. */
  create(_port: number, options: { path?: string } = {}): WebSocketServer {
    if (options.path !== CHAT_SOCKET_PATH)
      throw new Error(
        `ChatSocketAdapter serves gateways declared with @ChatGateway(), not "${options.path ?? '/'}".`,
      );
    if (this.server) return this.server;
    // The types of ws do not know `closeTimeout` yet.
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      maxPayload: this.app.get<Env>(Env).MAX_FRAME_BYTES,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      perMessageDeflate: false,
      closeTimeout: CLOSE_GRACE_MS,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    };
    this.server = new WebSocketServer(settings);
    this.server.on('headers', (headers, request) =>
      headers.push(...(this.cookies.get(request) ?? []).map((cookie) => `Set-Cookie: ${cookie}`)),
    );
    (this.httpServer as HttpServer).on('upgrade', this.onUpgrade);
    return this.server;
  }

  override bindClientConnect(_server: WebSocketServer, callback: OnConnection): void {
    this.gateways.push(callback);
  }

  override bindClientDisconnect(client: Connection, callback: (code: number) => void): void {
    client.onClose(callback);
  }

  bindMessageHandlers(client: Connection, handlers: WsMessageHandler[]): void {
    const events = this.parts.events;
    for (const { message, callback } of handlers) client.handlers[events.add(String(message))] = callback;
  }

  override async close(): Promise<void> {
    (this.httpServer as HttpServer).off('upgrade', this.onUpgrade);
    for (const connection of this.parts.registry.all()) connection.terminate();
  }

  /** Never rejects: whatever goes wrong is an answer, or a socket that is gone. */
  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A reset while the session is looked up would otherwise be an unhandled 'error'.
    const ignore = () => socket.destroy();
    socket.on('error', ignore);
    let admitted: Admitted | undefined;
    try {
      const room = roomOfPath(request.url ?? '');
      admitted = await this.parts.checks.admit(request);
      if (room !== undefined) await this.parts.door.open(room, admitted.identity.user);
      if (socket.destroyed || !socket.writable) return void admitted.release();
      socket.off('error', ignore);
      this.accept(request, socket, head, room, admitted);
    } catch (thrown) {
      admitted?.release();
      const refused = thrown instanceof UpgradeRefused ? thrown : new UpgradeRefused(toChatError(thrown));
      refuseUpgrade(socket, refused.refusal, refused.status, refused.headers);
    }
  }

  private accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    room: string | undefined,
    { identity, address, release }: Admitted,
  ): void {
    socket.once('close', release);
    this.cookies.set(request, identity.cookies ?? []);
    this.server?.handleUpgrade(request, socket, head, (client) => {
      const dialect = client.protocol === SUBPROTOCOL ? SUBPROTOCOL : 'plain';
      this.attach(new Connection(client, socket, identity, dialect, room, address), client);
    });
  }

  private attach(connection: Connection, client: WebSocket): void {
    const { registry, router, heartbeat } = this.parts;
    registry.add(connection);
    connection.onClose(() => registry.remove(connection));
    // ws answers a protocol error with its close code and closes; the event only tells.
    client.on('error', (error) => this.logger.debug(`${connection.id}: ${error.message}`));
    client.on('message', (data: Buffer, isBinary: boolean) => router.receive(connection, data, isBinary));
    for (const connect of this.gateways) connect(connection);
    heartbeat.watch(connection);
  }
}
