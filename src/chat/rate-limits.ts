import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { ChatError } from '../protocol/index.js';
import { TokenBuckets } from '../socket/token-buckets.js';

/** How often a person may do a thing, over all their connections and HTTP. Throws `rate_limited`. */
@Injectable()
export class RateLimits {
  private readonly sends: TokenBuckets;
  private readonly typing = new TokenBuckets(1 / 3, 1);
  private readonly joins = new TokenBuckets(1, 10);
  private readonly changes = new TokenBuckets(2, 30);
  private readonly rooms = new TokenBuckets(1 / 10, 20);
  private readonly renames = new TokenBuckets(1 / 10, 5);

  constructor(@Inject(Env) private readonly env: Env) {
    this.sends = new TokenBuckets(env.SENDS_PER_SECOND, env.SEND_BURST);
  }

  send(userId: string): void {
    this.take(this.sends, userId, 'you send too fast');
  }

  join(userId: string): void {
    this.take(this.joins, userId, 'you join too many rooms');
  }

  /** Moderation, invitations, and whatever else changes a room. */
  manage(userId: string): void {
    this.take(this.changes, userId, 'you change too much at once');
  }

  create(userId: string): void {
    this.take(this.rooms, userId, 'you create too many rooms');
  }

  rename(userId: string): void {
    this.take(this.renames, userId, 'you change your name too often');
  }

  type(userId: string): void {
    this.take(this.typing, userId, 'you report typing too often');
  }

  private take(buckets: TokenBuckets, userId: string, message: string): void {
    if (!this.env.RATE_LIMIT) return;
    const wait = buckets.take(userId, performance.now());
    if (wait > 0) throw new ChatError('rate_limited', message, wait);
  }
}
