import { createHash } from 'node:crypto';
import type { Subscription } from 'rxjs';
import { type ChannelLayer, type LayerMessage, messageIdOf } from '../index.js';
import type { BridgePeers } from './bridge-peers.js';
import { djangoGroup } from './django-group.js';
import { type Heard, RoomInbox } from './room-inbox.js';

export interface HeardRoomsOptions<Word> {
  /** What an event that came to the room's group says; undefined for what is not to be stored. */
  wordOf(room: string, event: LayerMessage): Word | undefined;
  /** As of {@link RoomInboxOptions}. */
  store(heard: Heard<Word>): Promise<void>;
  warn(sentence: string): void;
}

/** The rooms whose groups are listened to: what comes there goes into the room's inbox, in the group's order. */
export class HeardRooms<Word> {
  /** Heard while it could not be told which message it is. */
  unidentified = 0;
  private readonly inboxes = new Map<string, RoomInbox<Word>>();
  private readonly subscriptions: Subscription[] = [];
  /** Something was missed, and the others do not know yet. */
  private standingBack = false;

  constructor(
    private readonly layer: ChannelLayer,
    private readonly peers: BridgePeers,
    private readonly options: HeardRoomsOptions<Word>,
  ) {}

  get waiting(): number {
    return this.sum(({ size }) => size);
  }

  get dropped(): number {
    return this.sum(({ dropped }) => dropped);
  }

  start(): void {
    this.subscriptions.push(
      this.layer.discontinuity.subscribe(
        (kind) => kind === 'missed' && this.onGap('what Django said a moment ago may have been missed'),
      ),
      // Where it is about to miss something: what comes first after it comes before the layer knows that it did.
      this.layer.health.subscribe((health) => health === 'degraded' && this.standBack()),
    );
  }

  /** Hears nothing more, and resolves when all that was heard is stored; or when that takes too long. */
  async finish(withinMs: number): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await Promise.all([...this.inboxes.values()].map((inbox) => inbox.finish(withinMs)));
  }

  /** A channel for each room: an event does not say which group it came to. */
  async listen(room: string): Promise<void> {
    const group = djangoGroup(room);
    const inbox = new RoomInbox<Word>({
      store: (heard) => this.options.store(heard),
      leads: (isBehindGap) => this.peers.leads && !(isBehindGap && this.isInGap(group)),
      isKept: (clientId) => this.peers.isKept(clientId),
    });
    this.inboxes.set(room, inbox);
    const channel = await this.layer.newChannel('django', { identified: true });
    this.subscriptions.push(
      this.layer.receive(channel).subscribe((event) => this.hear(room, group, inbox, event)),
    );
    await this.layer.groupAdd(group, channel);
    this.peers.tellRoom(room);
  }

  private hear(room: string, group: string, inbox: RoomInbox<Word>, event: LayerMessage): void {
    const word = this.options.wordOf(room, event);
    if (word === undefined) return;
    const id = messageIdOf(event);
    if (id === undefined) {
      this.unidentified++;
      return this.onGap('what Django said while Redis came back is left to other processes');
    }
    const clientId = createHash('sha256').update(`${room}\n${id}`).digest('base64url');
    if (this.isInGap(group)) inbox.gap();
    inbox.offer({ clientId, word });
  }

  /**
   * What comes now is behind a gap whose end is not known yet. A layer that takes up many groups again hears the first
   * of them before it is connected.
   */
  private isInGap(group: string): boolean {
    return this.standingBack || this.layer.healthOf(group) === 'degraded';
  }

  private onGap(sentence: string): void {
    this.standBack();
    this.options.warn(sentence);
  }

  /**
   * The order of the others is whole, ours may not be: they go on from here. First what was heard before is stored, as
   * they may have missed that.
   */
  private standBack(): void {
    for (const inbox of this.inboxes.values()) inbox.gap();
    if (this.standingBack) return;
    this.standingBack = true;
    void Promise.all([...this.inboxes.values()].map((inbox) => inbox.beforeGap())).then(() => {
      this.standingBack = false;
      this.peers.standBack();
    });
  }

  private sum(part: (inbox: RoomInbox<Word>) => number): number {
    return [...this.inboxes.values()].reduce((sum, inbox) => sum + part(inbox), 0);
  }
}
