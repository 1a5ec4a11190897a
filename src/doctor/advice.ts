import type { Recognised } from './recognise.js';
import type { SeenEvent } from './seen-event.js';

/** One Django app's channel layer, as far as it can be seen in Redis. */
export interface Found {
  layer: 'core' | 'pubsub';
  prefix: string;
  groups: string[];
  /** One of each type. */
  events: SeenEvent[];
  /** Processes, or with pub/sub receivers. */
  django: number;
  ours: number;
  /** How many of each kind. */
  messages: { kind: Recognised | undefined; count: number }[];
}

export interface Advice {
  found: Found[];
  /** What to configure, for the layer that most of Django is on. */
  settings: Record<string, string>;
  /** Would break. */
  problems: string[];
  warnings: string[];
}
