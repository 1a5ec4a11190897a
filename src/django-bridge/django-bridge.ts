import { createHash } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Subscription } from 'rxjs';
import {
  ChannelLayer,
  ChatError,
  Env,
  type LayerMessage,
  type Message,
  MessageHook,
  type MessageHooks,
  messageIdOf,
  MessageService,
  RoomDirectory,
  type User,
} from '../index.js';
import { BridgePeers } from './bridge-peers.js';
import { BridgedRooms } from './bridged-rooms.js';
import { DJANGO_BRIDGE_OPTIONS, type DjangoBridgeOptions, djangoUser } from './django-bridge.options.js';
import { eventOf, isOurs, methodOf, wordsOf } from './django-event.js';
import { djangoGroup, GROUP_PREFIX, roomOf } from './django-group.js';
import { withMoreKeys } from './more-keys.js';
import { Outbox } from './outbox.js';
import { type Heard, RoomInbox } from './room-inbox.js';

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
export class DjangoBridge implements MessageHooks, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(DjangoBridge.name);
  private readonly rooms: BridgedRooms;
  private readonly peers: BridgePeers;
  private readonly outbox: Outbox;
  private readonly inboxes = new Map<string, RoomInbox<Said>>();
  private readonly subscriptions: Subscription[] = [];
  /** What Django said and is being stored: it does not go back there. */
  private readonly relaying = new Set<string>();
  private readonly types: readonly string[];
  private readonly methods: ReadonlySet<string>;
  private readonly counts = { stored: 0, repeated: 0, refused: 0, ignored: 0, unidentified: 0 };
  private quietUntil = 0;
  /** Something was missed, and the others do not know yet. */
  private standingBack = false;

  constructor(
    @Inject(DJANGO_BRIDGE_OPTIONS) private readonly options: DjangoBridgeOptions,
    @Inject(Env) private readonly env: Env,
    private readonly layer: ChannelLayer,
    private readonly messages: MessageService,
    directory: RoomDirectory,
  ) {
    const warn = (sentence: string) => this.warn(sentence);
    this.types = options.eventTypes?.length ? options.eventTypes : ['chat.message'];
    this.methods = new Set(this.types.map(methodOf));
    const talkedIn = async () => (await layer.groups(GROUP_PREFIX)).flatMap((group) => roomOf(group) ?? []);
    this.rooms = new BridgedRooms(options.rooms, directory, talkedIn, (room) => this.listen(room), warn);
    this.outbox = new Outbox(layer, env.CHANNEL_EXPIRY * 1_000, warn);
    const alsoHere = (names: string[]) => {
      for (const name of names) void this.rooms.ensure(name);
    };
    this.peers = new BridgePeers(layer, alsoHere, warn);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.rooms.length === 0) return;
    this.subscriptions.push(
      this.layer.discontinuity.subscribe(
        (kind) => kind === 'missed' && this.onGap('what Django said a moment ago may have been missed'),
      ),
      // Where it is about to miss something: what comes first after it comes before the layer knows that it did.
      this.layer.health.subscribe((health) => health === 'degraded' && this.standBack()),
    );
    await this.peers.start();
    await this.rooms.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.options.rooms.length === 0) return;
    this.rooms.stop();
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await Promise.all([...this.inboxes.values()].map((inbox) => inbox.finish(FINISH_MS)));
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
    const { sent, dropped } = this.outbox;
    const inboxes = [...this.inboxes.values()];
    return {
      ...this.counts,
      rooms: this.rooms.size,
      leads: this.peers.leads,
      waiting: inboxes.reduce((sum, { size }) => sum + size, 0),
      sent,
      dropped: inboxes.reduce((sum, inbox) => sum + inbox.dropped, dropped),
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

  /** A channel for each room: an event does not say which group it came to. */
  private async listen(room: string): Promise<void> {
    const inbox = new RoomInbox<Said>({
      store: (heard) => this.store(heard),
      leads: (isBehindGap) => this.peers.leads && !(isBehindGap && this.standingBack),
      isKept: (clientId) => this.peers.isKept(clientId),
    });
    this.inboxes.set(room, inbox);
    const channel = await this.layer.newChannel('django', { identified: true });
    this.subscriptions.push(this.layer.receive(channel).subscribe((event) => this.hear(room, inbox, event)));
    await this.layer.groupAdd(djangoGroup(room), channel);
    this.peers.tellRoom(room);
  }

  private hear(room: string, inbox: RoomInbox<Said>, event: LayerMessage): void {
    if (isOurs(event, room)) return;
    const text = this.methods.has(methodOf(event.type))
      ? wordsOf(event, this.env.MAX_TEXT_LENGTH)
      : undefined;
    if (text === undefined) return void this.counts.ignored++;
    const id = messageIdOf(event);
    if (id === undefined) {
      this.counts.unidentified++;
      return this.onGap('what Django said while Redis came back is left to other processes');
    }
    const clientId = createHash('sha256').update(`${room}\n${id}`).digest('base64url');
    inbox.offer({ clientId, word: { room, text, author: this.authorOf(event) } });
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

  private onGap(sentence: string): void {
    this.standBack();
    this.warn(sentence);
  }

  /**
   * The order of the others is whole, ours may not be: they go on from here. First what was heard before is stored, as
   * they may have missed that.
   */
  private standBack(): void {
    if (this.standingBack) return;
    this.standingBack = true;
    void Promise.all([...this.inboxes.values()].map((inbox) => inbox.missed())).then(() => {
      this.standingBack = false;
      this.peers.standBack();
    });
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
