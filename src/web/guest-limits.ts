import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { networkOf } from '../auth/network-of.js';
import { Env } from '../config/env.js';
import { ChatError } from '../protocol/index.js';
import { TokenBuckets } from '../socket/token-buckets.js';

/** A whole office may share one address, and everybody there open their first page at nine. */
const NEWCOMERS = { perSecond: 5, burst: 300 };

/**
 * What a person may do is counted by who they are; whoever comes without a cookie is somebody else each time, and is
 * counted by where they come from. Throws `rate_limited`.
 */
@Injectable()
export class GuestLimits {
  private readonly newcomers = new TokenBuckets(NEWCOMERS.perSecond, NEWCOMERS.burst);
  private readonly changes: TokenBuckets;

  constructor(@Inject(Env) private readonly env: Env) {
    this.changes = new TokenBuckets(env.SENDS_PER_SECOND, env.SEND_BURST);
  }

  /** Somebody whom the server will know again. */
  newcomer(request: Request): void {
    this.take(this.newcomers, request);
  }

  /** A call that changes something, by nobody who was there before: together no more than one person may send. */
  change(request: Request): void {
    this.take(this.changes, request);
  }

  private take(buckets: TokenBuckets, { ip }: Request): void {
    if (!this.env.RATE_LIMIT) return;
    const wait = buckets.take(networkOf(ip ?? ''), performance.now());
    if (wait > 0) throw new ChatError('rate_limited', 'too many guests from this address; sign in', wait);
  }
}
