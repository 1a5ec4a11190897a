import { Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { ChannelLayer, LayerHealth } from '../channel-layer/channel-layer.js';
import { Recurring } from '../recurring.js';

/**
 * How long a lost last message may stay lost. A node that is cut off from the layer knows it; the others, who should
 * have heard from it, do not.
 */
const COMPARE_MS = 5_000;
const COMPARE_DEGRADED_MS = 2_000;

/** A lost hint leaves no trace, so positions are compared with the database, more often while hints are doubtful. */
export class PositionWatch {
  private readonly logger = new Logger(PositionWatch.name);
  private readonly subscriptions: Subscription[] = [];
  private health: LayerHealth = 'degraded';
  private readonly recurring = new Recurring(
    () => this.run(),
    () => (this.health === 'ready' ? COMPARE_MS : COMPARE_DEGRADED_MS),
  );

  constructor(
    private readonly layer: ChannelLayer,
    private readonly compare: () => Promise<void>,
  ) {}

  /** `onGap` comes before the comparison where the layer knows that it has lost something. */
  start(onGap: () => void): void {
    this.subscriptions.push(
      this.layer.discontinuity.subscribe(() => {
        onGap();
        void this.run();
      }),
      this.layer.health.subscribe((health) => {
        this.health = health;
        this.recurring.schedule();
      }),
    );
  }

  stop(): void {
    this.recurring.stop();
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
  }

  private async run(): Promise<void> {
    try {
      await this.compare();
    } catch (error) {
      this.logger.warn(`positions could not be compared: ${String(error)}`);
    }
  }
}
