import { Injectable } from '@nestjs/common';
import { type Room, RoomDirectory, RoomLog, type StoredMessage } from '../log/room-log.js';
import { type Access, RoomMembers } from '../log/room-members.js';
import {
  type EventsPage,
  type EventsQuery,
  type HistoryPage,
  type HistoryQuery,
  type RoomSummary,
  type User,
} from '../protocol/index.js';
import { RoomDoor } from '../socket/room.door.js';
import { PresenceService } from './presence.service.js';
import { RateLimits } from './rate-limits.js';
import { RoomAccess } from './room-access.js';
import { readEvents, readHistory } from './room.history.js';
import { noSuchRoom } from './room.policy.js';
import { type Operation, standingOf } from './room.rules.js';

const LISTED = 200;

/** Which rooms there are, who may enter them, and what was said there. */
@Injectable()
export class RoomService extends RoomDoor {
  constructor(
    private readonly directory: RoomDirectory,
    private readonly log: RoomLog,
    readonly access: RoomAccess,
    private readonly members: RoomMembers,
    private readonly presence: PresenceService,
    private readonly limits: RateLimits,
  ) {
    super();
  }

  /**
   * Finds the room, or creates it where that is allowed: what entering does. Reads its rights anew. Throws `rate_limited`
   * where it creates one too many, unless nobody is `held` up here: another system has accepted it already.
   */
  async enter(user: User, name: string, held = true): Promise<Access> {
    const access = (await this.access.fresh(user, name)) ?? (await this.created(user, name, held));
    await this.access.check('read', user, access);
    return access;
  }

  async open(name: string, user: User): Promise<void> {
    await this.enter(user, name);
  }

  /** Before a send: what is known of the person's rights will do, as the append is decided anew where it is old. */
  forSending(user: User, name: string, held = true): Access | Promise<Access> {
    return this.decided('send', user, name, () => this.enter(user, name, held));
  }

  /** How long this person waits there between two messages; `undefined` where nobody does, or this one does not. */
  pauseOf(user: User, access: Access): number | undefined {
    const { slowModeSeconds } = access.room;
    if (slowModeSeconds === 0) return undefined;
    const standing = standingOf(access, user, Date.now());
    return standing === 'owner' || standing === 'moderator' ? undefined : slowModeSeconds * 1_000;
  }

  /** To change what is there already: creates nothing. Read anew, as much of what is answered needs no append. */
  forChanging(user: User, name: string, operation: 'react' | 'edit' | 'delete'): Promise<Access> {
    return this.access.require(operation, user, name);
  }

  /** Reading never creates. */
  async existing(user: User, name: string): Promise<Room> {
    return (await this.access.require('read', user, name)).room;
  }

  history(user: User, name: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.read(user, name, (room) => this.page(room, query));
  }

  page(room: Room, query: HistoryQuery): Promise<HistoryPage> {
    return readHistory(this.log, room, query);
  }

  /** A message that this person wrote and that is still there. */
  async own(user: User, room: Room, id: string): Promise<StoredMessage | null> {
    const message = await this.log.message(room.id, id);
    return message && message.actor.id === user.id && !message.deleted ? message : null;
  }

  events(user: User, name: string, query: EventsQuery): Promise<EventsPage> {
    return this.read(user, name, (room) => readEvents(this.log, room, query));
  }

  /** Who was removed meanwhile gets nothing of it: what was said behind that may be there. */
  private async read<Page>(user: User, name: string, from: (room: Room) => Promise<Page>): Promise<Page> {
    const page = await from(await this.existing(user, name));
    await this.existing(user, name);
    return page;
  }

  /** What the person finds: private rooms and conversations of their own, then the public ones. */
  async list(user: User): Promise<RoomSummary[]> {
    const [own, open, banned] = await Promise.all([
      this.directory.listOf(user.id, LISTED),
      this.directory.list(LISTED),
      this.members.bannedFrom(user.id, Date.now()),
    ]);
    const direct = own.filter(({ room }) => room.kind === 'direct').map(({ room }) => room.id);
    const people = await this.members.others(direct, user.id);
    return [...own, ...open].map(({ room, last }) => ({
      ...this.summary(room, people.get(room.id)),
      // Whoever may not read there is told that the room is there, and nothing of what is said.
      ...(last && !banned.has(room.id) && { last: { user: last.actor, text: last.text, at: last.at } }),
    }));
  }

  summary(room: Room, people?: User[]): RoomSummary {
    return {
      room: room.name,
      title: room.title,
      topic: room.topic,
      kind: room.kind,
      online: this.presence.members(room.id).online,
      head: room.head,
      ...(room.archived && { archived: true }),
      ...(room.slowModeSeconds > 0 && { slowModeSeconds: room.slowModeSeconds }),
      ...(room.kind === 'direct' && { people: people ?? [] }),
    };
  }

  /** Of a direct conversation: the others in it. */
  async peopleOf(room: Room, user: User): Promise<User[] | undefined> {
    if (room.kind !== 'direct') return undefined;
    return (await this.members.others([room.id], user.id)).get(room.id) ?? [];
  }

  private async created(user: User, name: string, held: boolean): Promise<Access> {
    // Whoever may create none is told so, and has used nothing up.
    await this.access.policy.mayCreate(user, name);
    if (held) this.limits.create(user.id);
    await this.opened(user, { name });
    const access = await this.access.fresh(user, name);
    if (!access) throw noSuchRoom();
    return access;
  }

  /** A guest owns nothing: nobody could sign in as them again. Throws what the policy throws. */
  async create(
    user: User,
    { name, title, topic }: { name: string; title?: string; topic?: string },
  ): Promise<{ room: Room; created: boolean }> {
    await this.access.policy.mayCreate(user, name);
    return this.opened(user, { name, title, topic });
  }

  private opened(user: User, { name, title, topic }: { name: string; title?: string; topic?: string }) {
    return this.directory.open(name, title || undefined, user.guest ? undefined : user, topic);
  }

  /** What was read before will do to allow it; to refuse it, what is so now is read. */
  private decided(
    operation: Operation,
    user: User,
    name: string,
    read: () => Promise<Access>,
  ): Access | Promise<Access> {
    const anew = async () => {
      const access = await read();
      await this.access.check(operation, user, access);
      return access;
    };
    const known = this.access.known(user, name);
    if (!known) return anew();
    const allowed = this.access.allows(operation, user, known);
    if (allowed === true) return known;
    return Promise.resolve(allowed).then((yes) => (yes ? known : anew()));
  }
}
