import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  ChannelLayer,
  ChatError,
  Env,
  type LayerMessage,
  type Message,
  MessageHook,
  type MessageHooks,
  MessageService,
  RoomDirectory,
  type User,
} from '../index.js';
import { BridgePeers } from './bridge-peers.js';
import { BridgedRooms } from './bridged-rooms.js';
import { DJANGO_BRIDGE_OPTIONS, type DjangoBridgeOptions, djangoUser } from './django-bridge.options.js';
import { eventOf, isOurs, methodOf, wordsOf } from './django-event.js';
import { djangoGroup, GROUP_PREFIX, roomOf } from './django-group.js';
import { HeardRooms } from './heard-rooms.js';
import { withMoreKeys } from './more-keys.js';
import { Outbox } from './outbox.js';
import type { Heard } from './room-inbox.js';

const FINISH_MS = 3_000;
const WARN_EVERY_MS = 10_000;

interface Said {
  room: string;
  text: string;
  author: User;
}

/** Since start, of this process. */
export interface DjangoBridgeReport {
  rooms: number;
  /** Whether this process stores what Django says; another one does otherwise. */
  leads: boolean;
  waiting: number;
  stored: number;
  /** Another process had stored it already. */
  repeated: number;
  /** By a policy or a hook. */
  refused: number;
  /** No text, or of a type that says nothing. */
  ignored: number;
  /** Heard while it could not be told which message it is: after a lost connection, until others agree again. */
  unidentified: number;
  sent: number;
  dropped: number;
}

/**
 * Rooms that are one with those of a Django Channels app. What Django's people say in a room's group is stored, once,
 * however many processes hear it; what ours say goes to the group.
 */
@Injectable()
@MessageHook({ order: 1_000 })
export class DjangoBridge implements MessageHooks, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DjangoBridge.name);
  private readonly rooms: BridgedRooms;
  private readonly peers: BridgePeers;
  private readonly outbox: Outbox;
  private readonly heard: HeardRooms<Said>;
  /** What Django said and is being stored: it does not go back there. */
  private readonly relaying = new Set<string>();
  private readonly types: readonly string[];
  private readonly methods: ReadonlySet<string>;
  private readonly counts = { stored: 0, repeated: 0, refused: 0, ignored: 0 };
  private quietUntil = 0;

  constructor(
    @Inject(DJANGO_BRIDGE_OPTIONS) private readonly options: DjangoBridgeOptions,
    @Inject(Env) private readonly env: Env,
    layer: ChannelLayer,
    private readonly messages: MessageService,
    directory: RoomDirectory,
  ) {
    const warn = (sentence: string) => this.warn(sentence);
    this.types = options.eventTypes?.length ? options.eventTypes : ['chat.message'];
    this.methods = new Set(this.types.map(methodOf));
    const talkedIn = async () => (await layer.groups(GROUP_PREFIX)).flatMap((group) => roomOf(group) ?? []);
    this.rooms = new BridgedRooms(
      options.rooms,
      directory,
      talkedIn,
      (room) => this.heard.listen(room),
      warn,
    );
    this.outbox = new Outbox(layer, env.CHANNEL_EXPIRY * 1_000, warn);
    const alsoHere = (names: string[]) => {
      for (const name of names) void this.rooms.ensure(name);
    };
    this.peers = new BridgePeers(layer, alsoHere, warn);
    this.heard = new HeardRooms(layer, this.peers, {
      wordOf: (room, event) => this.wordOf(room, event),
      store: (heard) => this.store(heard),
      warn,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.rooms.length === 0) return;
    this.heard.start();
    await this.peers.start();
    await this.rooms.start();
  }

  /** When everybody has left; before the chat, as a global module, closes layer and database. */
  async onApplicationShutdown(): Promise<void> {
    if (this.options.rooms.length === 0) return;
    this.rooms.stop();
    await this.heard.finish(FINISH_MS);
    this.peers.stop();
    this.outbox.stop();
  }

  /** What ours say goes to Django; not what came from there. */
  afterStore(message: Message): void {
    if (!this.rooms.has(message.room) || this.relaying.has(message.clientId)) return;
    void this.rooms.ensure(message.room);
    this.outbox.add(djangoGroup(message.room), this.eventOf(message));
  }

  report(): DjangoBridgeReport {
    const { waiting, unidentified } = this.heard;
    return {
      ...this.counts,
      rooms: this.rooms.size,
      leads: this.peers.leads,
      waiting,
      unidentified,
      sent: this.outbox.sent,
      dropped: this.outbox.dropped + this.heard.dropped,
    };
  }

  private eventOf(message: Message): LayerMessage {
    const { moreKeys } = this.options;
    const event = eventOf(message, this.types[0]!);
    return moreKeys
      ? withMoreKeys(
          event,
          (ours) => moreKeys(message, ours),
          (sentence) => this.warn(sentence),
        )
      : event;
  }

  private wordOf(room: string, event: LayerMessage): Said | undefined {
    if (isOurs(event, room)) return undefined;
    const text = this.methods.has(methodOf(event.type))
      ? wordsOf(event, this.env.MAX_TEXT_LENGTH)
      : undefined;
    if (text === undefined) return void this.counts.ignored++;
    return { room, text, author: this.authorOf(event) };
  }

  /** Whatever the team's function does, it is the same for every process. */
  private authorOf(event: LayerMessage): User {
    try {
      return this.options.author?.(event) ?? djangoUser;
    } catch (error) {
      this.warn(`no author was made of an event, who is shown is all of Django: ${String(error)}`);
      return djangoUser;
    }
  }

  /** Rejects where the database is away: then it is tried again. */
  private async store({ clientId, word: { room, text, author } }: Heard<Said>): Promise<void> {
    this.relaying.add(clientId);
    try {
      const { dup } = await this.messages.relay(author, room, { text, clientId });
      this.counts[dup ? 'repeated' : 'stored']++;
    } catch (error) {
      if (error instanceof ChatError && (error.code === 'unavailable' || error.code === 'busy')) {
        this.warn(`what Django said waits for the database: ${error.message}`);
        throw error;
      }
      this.counts.refused++;
      this.warn(`what Django said was refused: ${error instanceof ChatError ? error.code : String(error)}`);
    } finally {
      this.relaying.delete(clientId);
    }
    this.peers.tellKept(clientId);
  }

  /** Faults come many at a time. */
  private warn(sentence: string): void {
    const now = performance.now();
    if (now < this.quietUntil) return;
    this.quietUntil = now + WARN_EVERY_MS;
    this.logger.warn(sentence);
  }
}
