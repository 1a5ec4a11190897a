import { setTimeout as pause } from 'node:timers/promises';
import {
  type EventsPage,
  type PushData,
  type PushName,
  type RoomEventType,
  roomEvents,
} from '../../src/protocol/index.js';
import { afterClose } from '../../views/client/reconnect.js';
import { ClientRoom } from './client-room.js';
import { ClientSocket, NoAnswer } from './client-socket.js';
import type { History, Send } from './history.js';
import { Outbox, type Wish } from './outbox.js';
import { type EventPush, sightingOf } from './sighting.js';

export interface ClientOptions {
  name: string;
  /** A sign-in that outlives connections: repeats are known by their author. */
  person: { id: string; token: string };
  /** `http://…` of the servers that it may be led to; asked before each try. */
  servers: () => readonly string[];
  rooms: readonly string[];
  history: History;
  random: () => number;
  /** As in the browser where not given. */
  silenceMs?: number;
}

const SILENCE_MS = 40_000;
const REPLY_TIMEOUT_MS = 10_000;
const FETCH_TIMEOUT_MS = 10_000;
const PAGE = 100;
const FILL_RETRY_MS = 500;
/** How long what a `ping` tells of may be on its way. */
const HEADS_GRACE_MS = 250;

/**
 * Somebody with a browser: comes back by itself with the browser's own waits, tells each room where it was, fills what
 * was not replayed from history, and repeats what was not acknowledged. Records all of it.
 */
export class ResumingClient {
  readonly rooms: Map<string, ClientRoom>;
  readonly outbox: Outbox;
  /** How connections ended, newest last. */
  readonly closes: number[] = [];
  private socket?: ClientSocket;
  private server = '';
  private connection = 0;
  private tries = 0;
  private attempt = 0;
  private whole = false;
  private stopped = true;
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: ClientOptions) {
    const { name, rooms, history, person } = options;
    history.enroll(name);
    this.rooms = new Map(rooms.map((room) => [room, new ClientRoom(room, name, history)]));
    this.outbox = new Outbox({
      client: name,
      author: person.id,
      history,
      ready: () => this.isJoined,
      request: (event, data) => this.socket?.request(event, data) ?? Promise.reject(new NoAnswer()),
    });
  }

  get name(): string {
    return this.options.name;
  }

  /** Their id. */
  get person(): string {
    return this.options.person.id;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.options.history.expectAtEnd(this.name, [...this.rooms.keys()]);
    this.connect();
  }

  /** For good: nothing more is expected of it. */
  stop(): void {
    this.outbox.stop();
    this.leave();
  }

  /** Gone without plans; `start` brings it back where it was. */
  leave(how: 'in peace' | 'pulled plug' = 'in peace'): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.options.history.expectAtEnd(this.name, []);
    if (how === 'in peace') this.socket?.close();
    else this.socket?.drop();
  }

  /** The connection is lost; it comes back by itself. */
  drop(): void {
    this.socket?.drop();
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  /** Says something, or changes what was said. */
  wish(wish: Wish): Promise<Send> {
    return this.outbox.add(wish);
  }

  /** In every room, whether or not it has everything. */
  get isJoined(): boolean {
    return this.socket !== undefined && [...this.rooms.values()].every(({ joined }) => joined);
  }

  /** In every room, and nothing it has heard of is missing. */
  get isWhole(): boolean {
    return this.isJoined && [...this.rooms.values()].every(({ isWhole }) => isWhole);
  }

  async leaveRoom(name: string): Promise<void> {
    const { connection } = this;
    const room = this.rooms.get(name);
    await this.socket?.request('room.leave', { room: name }, () => {
      if (room) room.joined = false;
      this.options.history.see(this.name, { kind: 'left', connection, room: name });
    });
  }

  async joinRoom(name: string): Promise<void> {
    const room = this.rooms.get(name);
    if (room && this.socket) await this.join(this.socket, room);
  }

  private connect(): void {
    const { servers, person, silenceMs = SILENCE_MS, history, name } = this.options;
    const all = servers();
    this.server = all[this.tries++ % all.length] ?? '';
    const connection = ++this.connection;
    this.whole = false;
    const socket: ClientSocket = new ClientSocket({
      url: `${this.server.replace('http', 'ws')}/ws/chat/`,
      token: person.token,
      silenceMs,
      replyTimeoutMs: REPLY_TIMEOUT_MS,
      onPush: (event, data) => this.receive(socket, connection, event, data),
      onClose: (closed) => {
        history.see(name, { kind: 'closed', connection, code: closed.code });
        this.closes.push(closed.code);
        this.socket = undefined;
        for (const room of this.rooms.values()) room.joined = false;
        if (this.stopped) return;
        const next = afterClose({ ...closed, attempt: this.attempt, chance: this.options.random() });
        if (next.kind === 'stop') return;
        this.attempt = next.attempt;
        // Whoever was connected asks the same server first.
        if (closed.openForMs > 0) this.tries -= 1;
        this.timer = setTimeout(() => this.connect(), next.ms);
      },
    });
    this.socket = socket;
  }

  private receive(socket: ClientSocket, connection: number, event: PushName, data: never): void {
    if (this.socket !== socket) return;
    if (event === 'welcome') void this.joinAll(socket);
    else if (Object.hasOwn(roomEvents, event)) {
      const push = data as EventPush;
      const room = this.rooms.get(push.room);
      room?.push(connection, sightingOf(event as RoomEventType, push));
      if (room?.isAhead) void this.fill(room);
      this.settle();
    } else if (event === 'resync') {
      const { room: name, head } = data as PushData<'resync'>;
      this.options.history.see(this.name, { kind: 'resync', connection, room: name, head });
      this.catchUp(name, head);
    } else if (event === 'ping') {
      const { heads } = data as PushData<'ping'>;
      for (const [name, head] of Object.entries(heads))
        setTimeout(() => this.socket === socket && this.catchUp(name, head), HEADS_GRACE_MS);
    }
  }

  private async joinAll(socket: ClientSocket): Promise<void> {
    try {
      await Promise.all([...this.rooms.values()].map((room) => this.join(socket, room)));
    } catch {
      // Without its rooms this socket is of no use; the next one tries again.
      socket.close(4000);
      return;
    }
    this.outbox.flush();
    this.settle();
  }

  private async join(socket: ClientSocket, room: ClientRoom): Promise<void> {
    const { connection } = this;
    const from = room.resumeFrom;
    await socket.request('room.join', { room: room.name, ...from }, (reply) => {
      if (this.socket !== socket) return;
      room.enter(connection, reply, from.after);
      if (!reply.recovered) this.catchUp(room.name, reply.head);
    });
  }

  private catchUp(name: string, head: number): void {
    const room = this.rooms.get(name);
    if (!room) return;
    room.hear(head);
    if (room.joined && !room.isWhole) void this.fill(room);
  }

  /** Page by page from history, until nothing that was heard of is missing. */
  private async fill(room: ClientRoom): Promise<void> {
    if (room.filling) return;
    room.filling = true;
    while (room.joined && !room.isWhole) {
      const page = await this.page(room.name, room.position ?? 0).catch(() => undefined);
      const events = page?.events.map(({ event, data }) =>
        sightingOf(event as RoomEventType, data as unknown as EventPush),
      );
      if (page && events) room.page(events, page.head);
      if (!events?.length) await pause(FILL_RETRY_MS);
    }
    room.filling = false;
    this.settle();
  }

  private async page(room: string, after: number): Promise<EventsPage> {
    const url = `${this.server}/api/rooms/${encodeURIComponent(room)}/events?after=${after}&limit=${PAGE}`;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${this.options.person.token}` },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`history answered ${response.status}`);
    return (await response.json()) as EventsPage;
  }

  private settle(): void {
    if (this.whole || !this.isWhole) return;
    this.whole = true;
    this.options.history.see(this.name, { kind: 'whole', connection: this.connection });
  }
}
