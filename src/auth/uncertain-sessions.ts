import type { OnApplicationShutdown } from '@nestjs/common';
import type { Observable, Subscription } from 'rxjs';
import type { LayerHealth } from '../channel-layer/channel-layer.js';
import type { SessionCache } from './session.cache.js';

/** While other processes are out of reach, none of them can say that a sign-in has ended: the database is asked. */
export class UncertainSessions implements OnApplicationShutdown {
  private readonly subscription: Subscription;

  /** `health` is that of the channel layer, which replays the present state. */
  constructor(sessions: SessionCache, health: Observable<LayerHealth>) {
    this.subscription = health.subscribe((now) => sessions.pause(now !== 'ready'));
  }

  onApplicationShutdown(): void {
    this.subscription.unsubscribe();
  }
}
