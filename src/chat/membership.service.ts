import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type RoomEvent, RoomLog } from '../log/room-log.js';
import { ChatError, CloseCode, type ReplyData, type RequestData } from '../protocol/index.js';
import type { Connection } from '../socket/connection.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { FanOut } from '../socket/fan-out.js';
import { type LiveRoom, pushOf } from './live-room.js';
import { LiveRooms, type Removal } from './live-rooms.js';
import { PresenceService } from './presence.service.js';
import { RateLimits } from './rate-limits.js';
import { isReplayable, REPLAY_LIMIT } from './replay.js';
import { noSuchRoom } from './room.policy.js';
import { RoomService } from './room.service.js';

export const MAX_ROOMS = 128;

/**
 * A connection's place in a room. `since`: the room's head when its rights were read. `joins`: how often it was asked for;
 * only the last of them goes on.
 */
interface Joined {
  live: LiveRoom;
  since: number;
  joins: number;
}

/** A connection's way into a room: the answer, and what happens right after it was written. */
interface Entrance {
  reply: ReplyData<'room.join'>;
  admit: () => void;
  /** Instead, where the answer is a refusal after all: whoever was in stays in, as if nothing had been asked. */
  undo: () => void;
}

/** Which connection is in which room, and from which position on. */
@Injectable()
export class MembershipService implements OnModuleInit, OnApplicationShutdown {
  private stopListening?: () => void;
  /** How often, since start, somebody who came back was told to reload. */
  resyncs = 0;
  /** Few rooms each, so a list: it is kept for every connection. */
  private readonly joined = new WeakMap<Connection, readonly Joined[]>();

  constructor(
    private readonly rooms: RoomService,
    private readonly liveRooms: LiveRooms,
    private readonly log: RoomLog,
    private readonly presence: PresenceService,
    private readonly fanOut: FanOut,
    private readonly registry: ConnectionRegistry,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.liveRooms.onRemoval((live, event) => this.expel(live, event));
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** What was missed follows the reply as pushes, then what is live: in one order, without a hole between them. */
  async join(connection: Connection, position: RequestData<'room.join'>): Promise<ReplyData<'room.join'>> {
    this.limits.join(connection.user.id);
    const request = connection.current;
    const { reply, admit, undo } = await this.prepare(connection, position);
    if (request?.over) undo();
    else if (request) Object.assign(request, { afterReply: admit, afterRefusal: undo });
    return reply;
  }

  async joinOnConnect(connection: Connection, room: string): Promise<void> {
    const { admit } = await this.prepare(connection, { room });
    admit();
  }

  /** No error where the connection is not in the room. */
  leave(connection: Connection, room: string, isRemoved = false): void {
    const rooms = this.roomsOf(connection);
    const place = placeIn(rooms, room);
    if (!place) return;
    const { live } = place;
    this.joined.set(
      connection,
      rooms.filter((each) => each !== place),
    );
    this.fanOut.remove(live.room.id, connection);
    this.presence.exit(live.room.id, connection.user.id, isRemoved);
    this.liveRooms.leave(live);
  }

  leaveAll(connection: Connection): void {
    for (const { live } of this.roomsOf(connection)) this.leave(connection, live.room.name);
  }

  /**
   * Called in the room's order, right behind the event that takes somebody out, and before anything that follows it:
   * they get this one, and nothing behind it. Whose rights were read after it is back already, and stays.
   */
  private expel(live: LiveRoom, { seq, data: { member } }: Removal): void {
    const { id, name } = live.room;
    for (const connection of [...this.registry.ofUser(member.id)]) {
      const place = this.roomsOf(connection).find((each) => each.live === live);
      if (!place || place.since >= seq) continue;
      this.fanOut.serve(id, connection);
      this.leave(connection, name, true);
      this.fanOut.push(connection, { event: 'room.left', data: { room: name, seq } });
      if (connection.room === name) connection.close(CloseCode.removed, 'removed from the room');
    }
  }

  private roomsOf(connection: Connection): readonly Joined[] {
    return this.joined.get(connection) ?? [];
  }

  private async prepare(
    connection: Connection,
    { room: name, epoch, after }: RequestData<'room.join'>,
  ): Promise<Entrance> {
    const { room } = await this.rooms.enter(connection.user, name);
    const wasIn = placeIn(this.roomsOf(connection), name) !== undefined;
    const place = await this.hold(connection, name, () => this.liveRooms.enter(room));
    const joins = ++place.joins;
    try {
      // Who was removed before the room's feed could tell us so is found now; who is removed later, the feed tells.
      place.since = (await this.rooms.enter(connection.user, name)).room.head;
      const entrance = await this.entrance(connection, place, joins, { room: name, epoch, after });
      return wasIn ? entrance : { ...entrance, undo: () => this.leave(connection, name) };
    } catch (error) {
      // Whoever is refused is not there: neither counted, nor shown to others.
      if (!wasIn && place.joins === joins) this.leave(connection, name);
      throw error;
    }
  }

  private async entrance(
    connection: Connection,
    place: Joined,
    joins: number,
    { room: name, epoch, after }: RequestData<'room.join'>,
  ): Promise<Entrance> {
    const { live } = place;
    const { room } = live;
    if (after !== undefined && after > live.feed.position) await this.liveRooms.catchUp(live, after);
    const { position } = live.feed;
    const isNear =
      after !== undefined && epoch === room.epoch && after <= position && position - after <= REPLAY_LIMIT;
    const kept = isNear ? live.feed.since(after) : null;
    const stored = isNear && !kept ? await this.log.range(room.id, { after, limit: REPLAY_LIMIT }) : [];
    const recovered = isNear && isReplayable(kept ?? stored);
    const missed = recovered ? stored : [];
    if (after !== undefined && !recovered) this.resyncs++;
    // Removed while that was looked up: who is there is none of their business any more.
    if (connection.open && !this.roomsOf(connection).includes(place)) throw noSuchRoom();
    // Nobody waits for the answer to a request that another one follows.
    if (place.joins !== joins) throw new ChatError('unavailable', 'joined again meanwhile');
    // Whoever is in the room already has what came until now, and gets nothing until the answer has left: what follows
    // that is one order, from the position that it names.
    this.fanOut.serve(room.id, connection);
    this.fanOut.remove(room.id, connection);
    const head = live.feed.position;
    const from = recovered ? after : head;
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
      undo: () => this.admit(connection, live, [], head, head),
    };
  }

  /** Counts the connection into the room once, so that it leaves it once. */
  private async hold(connection: Connection, name: string, enter: () => Promise<LiveRoom>): Promise<Joined> {
    const known = placeIn(this.roomsOf(connection), name);
    if (known) return known;
    if (this.roomsOf(connection).length >= MAX_ROOMS)
      throw new ChatError('forbidden', `a connection is in at most ${MAX_ROOMS} rooms`);
    const live = await enter();
    const meanwhile = placeIn(this.roomsOf(connection), name);
    const place = { live, since: 0, joins: 0 };
    if (!connection.open || meanwhile) {
      this.liveRooms.leave(live);
      return meanwhile ?? place;
    }
    this.joined.set(connection, [...this.roomsOf(connection), place]);
    this.presence.enter(live, connection.user);
    return place;
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
    if (!connection.open) return;
    if (!this.roomsOf(connection).some((each) => each.live === live)) {
      // Removed while the answer was on its way: it must not be believed.
      this.fanOut.push(connection, { event: 'room.left', data: { room: room.name, seq: head } });
      return;
    }
    // Its log went back meanwhile: whoever was in it starts anew, and this feed tells nothing more.
    if (this.liveRooms.get(room.id) !== live)
      return connection.close(CloseCode.positionLost, 'the position in a room was lost');
    // The log may be ahead of the feed, which delivers that in its turn.
    const last = feed.position;
    const recent = feed.since(missed.findLast(({ seq }) => seq <= last)?.seq ?? from);
    for (const event of [...missed, ...(recent ?? [])])
      if (event.seq <= last) this.fanOut.push(connection, pushOf(room.name, event));
    if (!recent) {
      this.resyncs++;
      const data = { room: room.name, epoch: room.epoch, head: feed.position };
      this.fanOut.push(connection, { event: 'resync', data });
    }
    this.fanOut.add(room.id, connection);
  }
}

function placeIn(rooms: readonly Joined[], name: string): Joined | undefined {
  return rooms.find(({ live }) => live.room.name === name);
}
