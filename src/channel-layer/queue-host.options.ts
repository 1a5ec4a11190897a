import type { RedisOptions } from 'ioredis';
import type { Discontinuity } from './channel-layer.js';
import type { QueueKeys } from './queue-keys.js';
import type { QueueLinkEvents } from './queue-link.js';
import type { RisingClock } from './rising-clock.js';

export interface QueueHostOptions {
  host: RedisOptions;
  keys: QueueKeys;
  /** This process. */
  process: string;
  /** Seconds. */
  groupExpiry: number;
  clock: RisingClock;
}

export interface QueueHostEvents extends Pick<QueueLinkEvents, 'popped' | 'took'> {
  /** Where this process reads; the inbox is the host's own affair. */
  queues(): { single: string[]; drained: string[] };
  /** `ready` has changed. */
  changed(): void;
  /** Messages may have been missed; comes after `changed`. */
  discontinuity(kind: Discontinuity): void;
}
