/** What one Redis has. Nothing is written to it, and no message is taken. */
export interface Sight {
  /** Without a user or a password. */
  name: string;
  /** The one looked at, and those that have keys. */
  database: number;
  databases: number[];
  /** Databases of those that are subscribed to anything, and are none of ours. */
  subscribersIn: number[];
  /** What Redis says of itself could be seen: otherwise all of that is empty here. */
  isToldOf: boolean;
  /** Seconds that the longest-lived group has to go: at least Django's or our `group_expiry` less a renewal. */
  groupSeconds: number;
  version: string;
  role: string;
  cluster: boolean;
  evictionPolicy: string;
  /** Seconds that our clock is ahead of Redis'. */
  clockAhead: number;
  /** Of client libraries that say what they are, and of ours. */
  clients: string[];
  /** With their members. */
  groups: { prefix: string; group: string; members: string[] }[];
  queues: { prefix: string; process: string; waiting: number }[];
  /** Lists of channels_redis 2, by prefix. */
  old: string[];
  /** Channels that somebody is subscribed to. */
  channels: string[];
  messages: { prefix: string; layer: 'core' | 'pubsub'; payload: Buffer }[];
  /** There was more than we looked at. */
  cut: boolean;
}
