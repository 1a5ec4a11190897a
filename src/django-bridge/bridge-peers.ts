import { randomUUID } from 'node:crypto';
import type { Subscription } from 'rxjs';
import type { ChannelLayer, LayerMessage } from '../index.js';

const GROUP = 'chat.django-bridge';
const HERE = 'bridge.here';
const HERE_EVERY_MS = 500;
/** Three times not heard. */
const GONE_MS = 1_600;
/** Whoever is here already has been heard by then. */
const LISTEN_FIRST_MS = 1_200;
const GATHER_MS = 10;
const MOST_AT_ONCE = 200;
/** Of others: what they stored may be heard of before it is heard itself. */
const MOST_REMEMBERED = 20_000;

/**
 * The bridges of other processes. The one that has been here longest stores what Django says, and tells which; the
 * others only keep it ready. Where two believe that they are the first, both store the same, which is stored once.
 *
 * Who may have missed something is the last from then on: what it would store next may have others before it, which only
 * another process has heard.
 */
export class BridgePeers {
  private readonly node = randomUUID();
  private since = Number.POSITIVE_INFINITY;
  private startedAt = Number.POSITIVE_INFINITY;
  private readonly others = new Map<string, { since: number; heardAt: number }>();
  private readonly keptThere = new Set<string>();
  private keptHere: string[] = [];
  private newRooms: string[] = [];
  private subscription?: Subscription;
  private beat?: NodeJS.Timeout;
  private soon?: NodeJS.Timeout;

  constructor(
    private readonly layer: ChannelLayer,
    /** Another process listens to these rooms. */
    private readonly onRooms: (names: string[]) => void,
    private readonly warn: (sentence: string) => void,
  ) {}

  async start(): Promise<void> {
    const channel = await this.layer.newChannel();
    this.subscription = this.layer.receive(channel).subscribe((message) => this.hear(message));
    await this.layer.groupAdd(GROUP, channel);
    this.becomeLast();
    this.beat = setInterval(() => this.say(), HERE_EVERY_MS);
    this.beat.unref();
    this.say();
  }

  /** Who is told so at once takes over at once. */
  stop(): void {
    clearInterval(this.beat);
    clearTimeout(this.soon);
    this.subscription?.unsubscribe();
    this.say(true);
  }

  get leads(): boolean {
    const now = performance.now();
    if (now - this.startedAt < LISTEN_FIRST_MS) return false;
    for (const [node, { since, heardAt }] of this.others) {
      if (now - heardAt > GONE_MS) this.others.delete(node);
      else if (since < this.since || (since === this.since && node < this.node)) return false;
    }
    return true;
  }

  /** This process may have missed something that others have heard. */
  standBack(): void {
    if (!this.beat) return;
    this.becomeLast();
    this.say();
  }

  isKept(clientId: string): boolean {
    return this.keptThere.has(clientId);
  }

  tellKept(clientId: string): void {
    this.keptHere.push(clientId);
    this.saySoon();
  }

  tellRoom(name: string): void {
    this.newRooms.push(name);
    this.saySoon();
  }

  /** Also where this process' clock is behind that of others. It does not lead before it has listened. */
  private becomeLast(): void {
    this.since = Math.max(Date.now(), ...[...this.others.values()].map(({ since }) => since + 1));
    this.startedAt = performance.now();
  }

  private saySoon(): void {
    this.soon ??= setTimeout(() => this.say(), GATHER_MS);
  }

  private say(leaving = false): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    if (!this.beat) return; // what is to be said is said at the start
    const message = {
      type: HERE,
      node: this.node,
      since: this.since,
      kept: this.keptHere.splice(0, MOST_AT_ONCE),
      rooms: this.newRooms.splice(0, MOST_AT_ONCE),
      leaving,
    };
    this.layer.groupSend(GROUP, message).catch((error: unknown) => this.warn(String(error)));
    if (!leaving && this.keptHere.length + this.newRooms.length > 0) this.saySoon();
  }

  private hear({ type, node, since, kept, rooms, leaving }: LayerMessage): void {
    if (type !== HERE || typeof node !== 'string' || node === this.node || typeof since !== 'number') return;
    if (leaving === true) this.others.delete(node);
    else this.others.set(node, { since, heardAt: performance.now() });
    for (const clientId of strings(kept)) this.remember(clientId);
    this.onRooms(strings(rooms));
  }

  /** The oldest go first. */
  private remember(clientId: string): void {
    this.keptThere.add(clientId);
    if (this.keptThere.size <= MOST_REMEMBERED) return;
    for (const oldest of this.keptThere) return void this.keptThere.delete(oldest);
  }
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
