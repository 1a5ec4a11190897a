import type { Recognised } from './recognise.js';

/** One Django app's channel layer, as far as it can be seen in Redis. */
export interface Found {
  layer: 'core' | 'pubsub';
  prefix: string;
  groups: string[];
  /** Of the events that were seen. */
  types: string[];
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
