import type { Subscription } from 'rxjs';
import type { ChannelLayer, LayerHealth, LayerMessage } from '../index.js';

const MOST_WAITING = 1_000;
const LOOK_MS = 100;
/**
 * Of what waits, with each look: a process of Django's has room for 100 messages, drops what comes beyond, and nobody is
 * told.
 */
const AT_ONCE = 25;
/** Django's processes look for Redis once a second: what we say before they are back, nobody there hears. */
export const GRACE_MS = 2_500;

/**
 * What our people say, on its way to Django's groups, in the order in which it was stored here. While a group's Redis is
 * away it waits, no longer than Django itself would let it lie.
 */
export class Outbox {
  /** Sent, as far as we know. */
  sent = 0;
  /** Too many, or too old. */
  dropped = 0;
  private health?: LayerHealth;
  private wasReady = false;
  private heldUntil = 0;
  /** Groups that wait and whose Redis was away when they were looked at: until when they are held, once it is back. */
  private readonly graces = new Map<string, number>();
  /** Since the last look: as many more may go with the next, as they would have gone at once. */
  private came = 0;
  private waiting: { group: string; event: LayerMessage; at: number }[] = [];
  private readonly subscription: Subscription;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly layer: ChannelLayer,
    private readonly keepMs: number,
    private readonly warn: (sentence: string) => void,
  ) {
    this.subscription = layer.health.subscribe((health) => this.onHealth(health));
  }

  add(group: string, event: LayerMessage): void {
    if (this.waiting.length === 0 && this.reaches(group)) return this.send(group, event);
    this.waiting.push({ group, event, at: performance.now() });
    this.came++;
    if (this.waiting.length > MOST_WAITING) {
      this.waiting.shift();
      this.dropped++;
    }
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** What waits and can go goes now: later there is nobody to send it. */
  stop(): void {
    this.subscription.unsubscribe();
    clearInterval(this.timer);
    this.timer = undefined;
    const droppedBefore = this.dropped;
    for (const { group, event } of this.waiting.splice(0))
      if (this.layer.healthOf(group) === 'ready') this.send(group, event);
      else this.dropped++;
    this.tellDropped(droppedBefore);
  }

  private onHealth(health: LayerHealth): void {
    const isBack = health === 'ready' && this.health === 'degraded' && this.wasReady;
    if (isBack) this.heldUntil = performance.now() + GRACE_MS;
    this.wasReady ||= health === 'ready';
    this.health = health;
  }

  /** Where there are several Redis, one that comes back while another one is away is seen only here. */
  private reaches(group: string): boolean {
    const now = performance.now();
    if (this.layer.healthOf(group) !== 'ready') {
      if (this.wasReady) this.graces.set(group, Number.POSITIVE_INFINITY);
      return false;
    }
    if (this.graces.get(group) === Number.POSITIVE_INFINITY) this.graces.set(group, now + GRACE_MS);
    return now >= Math.max(this.heldUntil, this.graces.get(group) ?? 0);
  }

  private look(): void {
    const oldest = performance.now() - this.keepMs;
    const droppedBefore = this.dropped;
    const staying: typeof this.waiting = [];
    let room = AT_ONCE + this.came;
    this.came = 0;
    // A group that is reached only while we look still keeps its order: behind one that stays, all stay.
    const held = new Set<string>();
    for (const waiting of this.waiting)
      if (waiting.at < oldest) this.dropped++;
      else if (room > 0 && !held.has(waiting.group) && this.reaches(waiting.group)) {
        room--;
        this.send(waiting.group, waiting.event);
      } else {
        held.add(waiting.group);
        staying.push(waiting);
      }
    this.waiting = staying;
    for (const group of this.graces.keys()) if (!held.has(group)) this.graces.delete(group);
    this.tellDropped(droppedBefore);
    if (staying.length > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tellDropped(before: number): void {
    if (this.dropped > before) this.warn(`${this.dropped} messages did not reach Django since start`);
  }

  private send(group: string, event: LayerMessage): void {
    this.sent++;
    this.layer.groupSend(group, event).catch((error: unknown) => {
      this.dropped++;
      this.warn(`a message did not reach Django: ${String(error)}`);
    });
  }
}
