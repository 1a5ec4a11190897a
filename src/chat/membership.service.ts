import { Injectable } from '@nestjs/common';
import { type RoomEvent, RoomLog } from '../log/room-log.js';
import { ChatError, type ReplyData, type RequestData } from '../protocol/index.js';
import type { Connection } from '../socket/connection.js';
import { FanOut } from '../socket/fan-out.js';
import { type LiveRoom, pushOf } from './live-room.js';
import { LiveRooms } from './live-rooms.js';
import { PresenceService } from './presence.service.js';
import { RoomService } from './room.service.js';

/** Missed events that are replayed; above it the client reloads the page of history. */
export const REPLAY_LIMIT = 300;
export const MAX_ROOMS = 128;

/** A connection's way into a room: the answer, and what happens right after it was written. */
interface Entrance {
  reply: ReplyData<'room.join'>;
  admit: () => void;
}

/** Which connection is in which room, and from which position on. */
@Injectable()
export class MembershipService {
  /** How often, since start, somebody who came back was told to reload. */
  resyncs = 0;
  /** Few rooms each, so a list: it is kept for every connection. */
  private readonly joined = new WeakMap<Connection, readonly LiveRoom[]>();

  constructor(
    private readonly rooms: RoomService,
    private readonly liveRooms: LiveRooms,
    private readonly log: RoomLog,
    private readonly presence: PresenceService,
    private readonly fanOut: FanOut,
  ) {}

  /** What was missed follows the reply as pushes, then what is live: in one order, without a hole between them. */
  async join(connection: Connection, position: RequestData<'room.join'>): Promise<ReplyData<'room.join'>> {
    this.rooms.limits.join(connection.user.id);
    const { reply, admit } = await this.prepare(connection, position);
    if (connection.current) connection.current.afterReply = admit;
    return reply;
  }

  async joinOnConnect(connection: Connection, room: string): Promise<void> {
    const { admit } = await this.prepare(connection, { room });
    admit();
  }

  /** No error where the connection is not in the room. */
  leave(connection: Connection, room: string): void {
    const rooms = this.roomsOf(connection);
    const live = placeIn(rooms, room);
    if (!live) return;
    this.joined.set(
      connection,
      rooms.filter((each) => each !== live),
    );
    this.fanOut.remove(live.room.id, connection);
    this.presence.exit(live.room.id, connection.user.id);
    this.liveRooms.leave(live);
  }

  leaveAll(connection: Connection): void {
    for (const { room } of this.roomsOf(connection)) this.leave(connection, room.name);
  }

  private roomsOf(connection: Connection): readonly LiveRoom[] {
    return this.joined.get(connection) ?? [];
  }

  private async prepare(
    connection: Connection,
    { room: name, epoch, after }: RequestData<'room.join'>,
  ): Promise<Entrance> {
    const room = await this.rooms.enter(connection.user, name);
    const wasIn = placeIn(this.roomsOf(connection), name) !== undefined;
    const live = await this.hold(connection, name, () => this.liveRooms.enter(room));
    try {
      return await this.entrance(connection, live, { room: name, epoch, after });
    } catch (error) {
      // Whoever is refused is not there: neither counted, nor shown to others.
      if (!wasIn) this.leave(connection, name);
      throw error;
    }
  }

  private async entrance(
    connection: Connection,
    live: LiveRoom,
    { room: name, epoch, after }: RequestData<'room.join'>,
  ): Promise<Entrance> {
    const { room } = live;
    if (after !== undefined && after > live.feed.position) await this.liveRooms.catchUp(live, after);
    const head = live.feed.position;
    const recovered =
      after !== undefined && epoch === room.epoch && after <= head && head - after <= REPLAY_LIMIT;
    if (after !== undefined && !recovered) this.resyncs++;
    const from = recovered ? after : head;
    const missed = live.feed.since(from)
      ? []
      : await this.log.range(room.id, { after: from, limit: REPLAY_LIMIT });
    return {
      reply: {
        room: name,
        epoch: room.epoch,
        head,
        recovered,
        ...this.presence.members(room.id),
        me: connection.user,
      },
      admit: () => this.admit(connection, live, missed, from, head),
    };
  }

  /** Counts the connection into the room once, so that it leaves it once. */
  private async hold(
    connection: Connection,
    name: string,
    enter: () => Promise<LiveRoom>,
  ): Promise<LiveRoom> {
    const known = placeIn(this.roomsOf(connection), name);
    if (known) return known;
    if (this.roomsOf(connection).length >= MAX_ROOMS)
      throw new ChatError('forbidden', `a connection is in at most ${MAX_ROOMS} rooms`);
    const live = await enter();
    const meanwhile = placeIn(this.roomsOf(connection), name);
    if (!connection.open || meanwhile) {
      this.liveRooms.leave(live);
      return meanwhile ?? live;
    }
    this.joined.set(connection, [...this.roomsOf(connection), live]);
    this.presence.enter(live, connection.user);
    return live;
  }

  /** One turn: whatever was delivered to the room until now is written here, and from now on by the fan-out. */
  private admit(
    connection: Connection,
    live: LiveRoom,
    missed: RoomEvent[],
    from: number,
    head: number,
  ): void {
    const { room, feed } = live;
    if (!connection.open || !this.roomsOf(connection).includes(live)) return;
    // The log may be ahead of the feed, which delivers that in its turn; whoever was in the room already had what
    // came after `head`.
    const isIn = this.fanOut.members(room.id).has(connection);
    const last = isIn ? head : feed.position;
    const recent = feed.since(missed.findLast(({ seq }) => seq <= last)?.seq ?? from);
    for (const event of [...missed, ...(recent ?? [])])
      if (event.seq <= last) this.fanOut.push(connection, pushOf(room.name, event));
    if (!recent) {
      this.resyncs++;
      const data = { room: room.name, epoch: room.epoch, head: feed.position };
      this.fanOut.push(connection, { event: 'resync', data });
    }
    if (!isIn) this.fanOut.add(room.id, connection);
  }
}

function placeIn(rooms: readonly LiveRoom[], name: string): LiveRoom | undefined {
  return rooms.find(({ room }) => room.name === name);
}
