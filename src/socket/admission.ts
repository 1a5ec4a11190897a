import { Inject, Injectable } from '@nestjs/common';
import { networkOf } from '../auth/network-of.js';
import { Env } from '../config/env.js';
import { ChatError } from '../protocol/index.js';
import { ConnectionRegistry } from './connection.registry.js';
import { KEPT_FILES, openFilesLimit } from './open-files.js';
import { Overload } from './overload.js';
import { TokenBuckets } from './token-buckets.js';

const RETRY_MS = 5_000;
/** New connections of one address and of one person. Sustained per second, and at once. */
const PER_ADDRESS = { perSecond: 100, burst: 1_000 };
const PER_USER = { perSecond: 1, burst: 20 };

/** How many may be connected: in this process, from one address, which is a network in IPv6, of one person. The oldest stay. */
@Injectable()
export class Admission {
  private readonly addresses = new Map<string, number>();
  private readonly addressRate = new TokenBuckets(PER_ADDRESS.perSecond, PER_ADDRESS.burst);
  private readonly userRate = new TokenBuckets(PER_USER.perSecond, PER_USER.burst);
  private shut = false;

  /** What the settings allow, as far as the system does. */
  private readonly capacity: number;

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly overload: Overload,
    @Inject(Env) private readonly env: Env,
  ) {
    this.capacity = Math.max(1, Math.min(env.MAX_CONNECTIONS, openFilesLimit() - KEPT_FILES * 2));
  }

  /** From now on nobody new comes in. */
  shutDoors(): void {
    this.shut = true;
  }

  get isShut(): boolean {
    return this.shut;
  }

  /** Throws `busy` while draining, full, or overloaded. */
  checkCapacity(): void {
    this.checkRoom();
    this.overload.check(performance.now());
  }

  /** Throws `rate_limited`; else the address counts as connected once more, until `leaveAddress`. */
  takeAddress(address: string): void {
    const now = performance.now();
    const network = networkOf(address);
    const connected = this.addresses.get(network) ?? 0;
    if (this.env.RATE_LIMIT) {
      const wait = this.addressRate.take(network, now);
      if (wait > 0) throw new ChatError('rate_limited', 'too many new connections from this address', wait);
      if (connected >= this.env.MAX_CONNECTIONS_PER_ADDRESS)
        throw new ChatError('rate_limited', 'too many connections from this address', RETRY_MS);
    }
    this.addresses.set(network, connected + 1);
  }

  /** Called once for each place that was taken. */
  leaveAddress(address: string): void {
    const network = networkOf(address);
    const left = (this.addresses.get(network) ?? 1) - 1;
    if (left > 0) this.addresses.set(network, left);
    else this.addresses.delete(network);
  }

  /** Throws `rate_limited`. */
  checkUser(userId: string): void {
    if (!this.env.RATE_LIMIT) return;
    const wait = this.userRate.take(userId, performance.now());
    if (wait > 0) throw new ChatError('rate_limited', 'too many new connections of this person', wait);
    this.checkConnections(userId);
  }

  /**
   * Throws as the checks before it. Called in the turn in which the connection is taken in: while the person was looked up,
   * others have come, or the doors were shut.
   */
  confirm(userId: string): void {
    this.checkRoom();
    if (this.env.RATE_LIMIT) this.checkConnections(userId);
  }

  private checkRoom(): void {
    if (this.shut) throw new ChatError('busy', 'the server is restarting', RETRY_MS);
    if (this.registry.size >= this.capacity) throw new ChatError('busy', 'the server is full', RETRY_MS);
  }

  private checkConnections(userId: string): void {
    if (this.registry.ofUser(userId).size >= this.env.MAX_CONNECTIONS_PER_USER)
      throw new ChatError('rate_limited', 'too many connections of this person', RETRY_MS);
  }
}
