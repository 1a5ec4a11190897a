import { Injectable } from '@nestjs/common';
import { type Room, RoomDirectory, RoomLog, type StoredMessage } from '../log/room-log.js';
import {
  ChatError,
  type CreateRoom,
  type EventsPage,
  type EventsQuery,
  type HistoryPage,
  type HistoryQuery,
  isRoomName,
  type RoomSummary,
  type User,
} from '../protocol/index.js';
import { RoomDoor } from '../socket/room.door.js';
import { PresenceService } from './presence.service.js';
import { RateLimits } from './rate-limits.js';
import { readEvents, readHistory } from './room.history.js';
import { RoomPolicy } from './room.policy.js';

const LISTED = 200;

/** Which rooms there are, who may enter them, and what was said there. */
@Injectable()
export class RoomService extends RoomDoor {
  constructor(
    private readonly directory: RoomDirectory,
    private readonly log: RoomLog,
    readonly policy: RoomPolicy,
    private readonly presence: PresenceService,
    readonly limits: RateLimits,
  ) {
    super();
  }

  /** Finds the room, or creates it where that is allowed: what entering does. */
  async enter(user: User, name: string): Promise<Room> {
    const room = (await this.find(name)) ?? (await this.create(user, { name })).room;
    await this.policy.mayRead(user, room);
    return room;
  }

  async open(name: string, user: User): Promise<void> {
    await this.enter(user, name);
  }

  async forSending(user: User, name: string): Promise<Room> {
    this.limits.send(user.id);
    const room = await this.enter(user, name);
    await this.policy.maySend(user, room);
    return room;
  }

  /** To change what is there already: creates nothing. */
  async forChanging(user: User, name: string): Promise<Room> {
    this.limits.send(user.id);
    const room = await this.existing(user, name);
    await this.policy.maySend(user, room);
    return room;
  }

  /** Throws `taken` where `create` alone was asked and it is there already. */
  async createNew(user: User, wish: CreateRoom): Promise<Room> {
    const { room, created } = await this.create(user, wish);
    if (!created) throw new ChatError('taken', 'a room of this name exists');
    return room;
  }

  /** Reading never creates. */
  async existing(user: User, name: string): Promise<Room> {
    const room = await this.find(name);
    if (!room) throw new ChatError('not_found', 'no such room');
    await this.policy.mayRead(user, room);
    return room;
  }

  async history(user: User, name: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.page(await this.existing(user, name), query);
  }

  page(room: Room, query: HistoryQuery): Promise<HistoryPage> {
    return readHistory(this.log, room, query);
  }

  /** A message that this person wrote and that is still there. */
  async own(user: User, room: Room, id: string): Promise<StoredMessage | null> {
    const message = await this.log.message(room.id, id);
    return message && message.actor.id === user.id && !message.deleted ? message : null;
  }

  async events(user: User, name: string, query: EventsQuery): Promise<EventsPage> {
    return readEvents(this.log, await this.existing(user, name), query);
  }

  async list(): Promise<RoomSummary[]> {
    const overviews = await this.directory.list(LISTED);
    return overviews.map(({ room, last }) => ({
      room: room.name,
      title: room.title,
      topic: room.topic,
      kind: 'public' as const,
      online: this.presence.members(room.id).online,
      head: room.head,
      ...(last && { last: { user: last.actor, text: last.text, at: last.at } }),
    }));
  }

  private find(name: string): Promise<Room | null> {
    if (!isRoomName(name)) throw new ChatError('bad_room', 'a room name is 1–64 letters, digits, "_" or "-"');
    return this.directory.find(name);
  }

  private async create(user: User, { name, title }: CreateRoom): Promise<{ room: Room; created: boolean }> {
    await this.policy.mayCreate(user, name);
    return this.directory.open(name, title || undefined);
  }
}
