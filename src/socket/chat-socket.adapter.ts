import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { AbstractWsAdapter } from '@nestjs/websockets';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { Env } from '../config/env.js';
import { SUBPROTOCOL } from '../protocol/index.js';
import { Admission } from './admission.js';
import { CHAT_SOCKET_PATH } from './chat-gateway.decorator.js';
import { CLOSE_GRACE_MS, Connection } from './connection.js';
import { ConnectionRegistry } from './connection.registry.js';
import { Gateways } from './gateways.js';
import { Heartbeat } from './heartbeat.js';
import { KEPT_FILES, openFilesLimit } from './open-files.js';
import { RequestRouter } from './request.router.js';
import { RoomDoor } from './room.door.js';
import { toChatError } from './to-chat-error.js';
import { type Admitted, roomOfPath, UpgradeChecks, UpgradeRefused } from './upgrade.checks.js';
import { refuseUpgrade } from './upgrade-refusal.js';
import { Welcome } from './welcome.js';

/** Fragments of one message; an honest client of 16 KiB needs one. */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1_024;

/** What the adapter needs of the application; looked up once, not per connection. */
function partsOf(app: INestApplicationContext) {
  return {
    admission: app.get(Admission),
    gateways: app.get(Gateways),
    registry: app.get(ConnectionRegistry),
    checks: app.get(UpgradeChecks),
    door: app.get<RoomDoor>(RoomDoor),
    router: app.get(RequestRouter),
    heartbeat: app.get(Heartbeat),
    welcome: app.get(Welcome),
  };
}

/** A socket of ours knows its connection: one set of listeners serves all of them. */
const CONNECTION = Symbol('connection');
type ChatWebSocket = WebSocket & { [CONNECTION]: Connection };

/**
 * Nest's adapter for the chat socket. Where the stock one cannot: paths with a room in them, every check before the 101,
 * frames of one client in order, a refusal for whatever is wrong, and nothing that is bound per connection.
 * @publicApi
 */
export class ChatSocketAdapter extends AbstractWsAdapter {
  private readonly logger = new Logger(ChatSocketAdapter.name);
  /** A sign-in that was extended is told so with the 101. */
  private readonly cookies = new WeakMap<IncomingMessage, string[]>();
  private server?: WebSocketServer;
  private readonly parts: ReturnType<typeof partsOf>;
  private readonly on: ReturnType<ChatSocketAdapter['listeners']>;
  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    void this.upgrade(request, socket, head);

  constructor(private readonly app: INestApplicationContext) {
    super(app);
    this.parts = partsOf(app);
    this.on = this.listeners(this.parts);
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
    const http = this.httpServer as HttpServer;
    // Who is accepted without a file left for it would wait for nothing; the sockets' own limit is lower, so that
    // there is always room to say no, and to be asked how one is.
    http.maxConnections = Math.max(1, openFilesLimit() - KEPT_FILES);
    http.on('upgrade', this.onUpgrade);
    return this.server;
  }

  /** What Nest would do for each connection, `Gateways` does for all of them. */
  override bindClientConnect(): void {}
  override bindClientDisconnect(): void {}
  bindMessageHandlers(): void {}

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
    let isAttached = false;
    try {
      const room = roomOfPath(request.url ?? '');
      admitted = await this.parts.checks.admit(request);
      if (room !== undefined) await this.parts.door.open(room, admitted.identity.user);
      if (!socket.destroyed && socket.writable) {
        this.parts.admission.confirm(admitted.identity.user.id);
        isAttached = this.accept(request, socket, head, room, admitted);
      }
      if (isAttached) socket.off('error', ignore);
    } catch (thrown) {
      const refused = thrown instanceof UpgradeRefused ? thrown : new UpgradeRefused(toChatError(thrown));
      this.parts.checks.refused.add(refused.refusal.code);
      refuseUpgrade(socket, refused.refusal, refused.status, refused.headers);
    }
    if (admitted && !isAttached) this.parts.admission.leaveAddress(admitted.address);
  }

  /** True where the handshake was completed; all of it happens in this turn. */
  private accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    room: string | undefined,
    { identity, address }: Admitted,
  ): boolean {
    let isAttached = false;
    if (identity.cookies) this.cookies.set(request, identity.cookies);
    // The 101 and what is said first leave in one write.
    socket.cork();
    this.server?.handleUpgrade(request, socket, head, (client) => {
      const dialect = client.protocol === SUBPROTOCOL ? SUBPROTOCOL : 'plain';
      this.attach(new Connection(client, socket, identity, dialect, room, address), client);
      isAttached = true;
    });
    setImmediate(() => socket.uncork());
    return isAttached;
  }

  private attach(connection: Connection, client: WebSocket): void {
    const { registry, gateways, heartbeat, welcome } = this.parts;
    (client as ChatWebSocket)[CONNECTION] = connection;
    client.on('message', this.on.onMessage).on('close', this.on.onClose).on('error', this.on.onError);
    registry.add(connection);
    welcome.greet(connection);
    gateways.connected(connection);
    heartbeat.watch(connection);
  }

  private listeners({ admission, gateways, registry, router }: ReturnType<typeof partsOf>) {
    const { logger } = this;
    return {
      onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
        const connection = (this as ChatWebSocket)[CONNECTION];
        connection.unfinishedSince = 0;
        router.receive(connection, data, isBinary);
      },
      onClose(this: WebSocket, code: number): void {
        const connection = (this as ChatWebSocket)[CONNECTION];
        admission.leaveAddress(connection.address);
        registry.remove(connection, code);
        gateways.disconnected(connection);
        connection.ended(code);
      },
      /** ws answers a protocol error with its close code and closes; the event only tells. */
      onError(this: WebSocket, error: Error): void {
        logger.debug(`${(this as ChatWebSocket)[CONNECTION].id}: ${error.message}`);
      },
    };
  }
}
