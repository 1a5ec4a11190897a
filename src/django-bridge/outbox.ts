import type { Subscription } from 'rxjs';
import type { ChannelLayer, LayerHealth, LayerMessage } from '../index.js';

const MOST_WAITING = 1_000;

/**
 * What our people say, on its way to Django's groups, in the order in which it was stored here. While Redis is away it
 * waits, no longer than Django itself would let it lie.
 */
export class Outbox {
  /** Sent, as far as we know. */
  sent = 0;
  /** Too many, or too old. */
  dropped = 0;
  private health: LayerHealth = 'degraded';
  private readonly waiting: { group: string; event: LayerMessage; at: number }[] = [];
  private readonly subscription: Subscription;

  constructor(
    private readonly layer: ChannelLayer,
    private readonly keepMs: number,
    private readonly warn: (sentence: string) => void,
  ) {
    this.subscription = layer.health.subscribe((health) => {
      this.health = health;
      if (health === 'ready') this.flush();
    });
  }

  add(group: string, event: LayerMessage): void {
    if (this.health === 'ready') return this.send(group, event);
    this.waiting.push({ group, event, at: performance.now() });
    if (this.waiting.length <= MOST_WAITING) return;
    this.waiting.shift();
    this.dropped++;
  }

  stop(): void {
    this.subscription.unsubscribe();
  }

  private flush(): void {
    const oldest = performance.now() - this.keepMs;
    for (const { group, event, at } of this.waiting.splice(0))
      if (at >= oldest) this.send(group, event);
      else this.dropped++;
    if (this.dropped > 0) this.warn(`${this.dropped} messages did not reach Django since start`);
  }

  private send(group: string, event: LayerMessage): void {
    this.sent++;
    this.layer.groupSend(group, event).catch((error: unknown) => {
      this.dropped++;
      this.warn(`a message did not reach Django: ${String(error)}`);
    });
  }
}
