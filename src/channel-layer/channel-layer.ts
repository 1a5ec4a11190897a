import type { Observable } from 'rxjs';

/** What a message may carry: what msgpack and JSON both can, with string keys. Integers must fit 64 bits. */
export type LayerValue =
  string | number | bigint | boolean | null | Uint8Array | LayerValue[] | { [key: string]: LayerValue };
/** A map with a string `type`. */
export type LayerMessage = { type: string } & { [key: string]: LayerValue };

/**
 * How processes talk: Django Channels' channel-layer spec. Delivery is **at most once**: a hint, never the truth.
 *
 * Names are `[A-Za-z0-9._-]{1,99}`, a specific channel has one `!` more; anything else is a `TypeError`. A message
 * that breaks {@link LayerMessage} is a `TypeError` too, before anything is sent.
 */
export abstract class ChannelLayer {
  /** A name for one receiver of this process. */
  abstract newChannel(prefix?: string, options?: ChannelOptions): Promise<string>;
  /** To one channel. Rejects with `ChannelFull` where its queue is at capacity. */
  abstract send(channel: string, message: LayerMessage): Promise<void>;
  /**
   * What arrives on a channel of this process, in order, from subscription on. The queue is bounded by the channel's
   * capacity; when it is full the oldest message is dropped and counted. Completes on `close()`.
   */
  abstract receive(channel: string): Observable<LayerMessage>;
  /** Idempotent. Resolves only when a message sent afterwards, by any process, will arrive. */
  abstract groupAdd(group: string, channel: string): Promise<void>;
  /** No error where the channel is not in the group. */
  abstract groupDiscard(group: string, channel: string): Promise<void>;
  /** To every member, the sender included. Never `ChannelFull`: what does not fit is dropped and counted. */
  abstract groupSend(group: string, message: LayerMessage): Promise<void>;
  /**
   * Groups that have members now, of whatever process, whose names begin so. For looking around: hosts that are away
   * are left out, and a Redis with very many keys is told in parts, one with each call.
   */
  abstract groups(startsWith: string): Promise<string[]>;
  /** False only where it is certain that nobody but this channel of this process would get what is sent to the group. */
  reachesOthers(_group: string, _channel: string): boolean {
    return true;
  }
  /** Forgets everything of ours. Refused where `NODE_ENV` is `production`. */
  abstract flush(): Promise<void>;
  /** Leaves groups, deletes our queue, closes connections. Idempotent; afterwards every call rejects. */
  abstract close(): Promise<void>;
  /** Whether messages flow now; replays the present state to each subscriber. */
  abstract readonly health: Observable<LayerHealth>;
  /** The same of the Redis that has this group, where there are several. */
  abstract healthOf(group: string): LayerHealth;
  /** Messages may have been missed since the last one: compare positions with the database. */
  abstract readonly discontinuity: Observable<Discontinuity>;
  /** How many messages this process dropped at capacity, since start. */
  abstract readonly dropped: number;
}

export interface ChannelOptions {
  /**
   * What comes to a group that it is in has an id, by which processes agree which message they mean: see
   * `messageIdOf`. From `groupAdd` on, which also waits for that.
   */
  identified?: boolean;
}

/**
 * `missed`: this process may have missed what anybody said. `unsent`: another process that uses this library could not
 * reach this one; of what others than those said, nothing is missing.
 */
export type Discontinuity = 'missed' | 'unsent';

export type LayerHealth = 'ready' | 'degraded';

/** The channel's queue is at capacity; the message was not sent. */
export class ChannelFull extends Error {
  constructor(readonly channel: string) {
    super(`channel ${channel} is full`);
    this.name = 'ChannelFull';
  }
}
