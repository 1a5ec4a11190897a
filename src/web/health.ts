import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { ChannelLayer, type LayerHealth } from '../channel-layer/channel-layer.js';
import { RoomDirectory } from '../log/room-log.js';
import { Admission } from '../socket/admission.js';

const DATABASE_MS = 2_000;

export interface HealthReport {
  status: 'up' | 'degraded' | 'down';
  /** `read-only`: its disk is full, or fails, or PostgreSQL is a standby. */
  database: 'up' | 'read-only' | 'down';
  channelLayer: LayerHealth;
  draining: boolean;
}

/**
 * Whether this process can serve. A lost Redis is degraded, not down: people here still reach each other; and so is a
 * database that takes no writes: what was said is there to read.
 */
@Injectable()
export class Health {
  constructor(
    private readonly directory: RoomDirectory,
    private readonly layer: ChannelLayer,
    private readonly admission: Admission,
  ) {}

  /** Resolves within seconds. */
  async check(): Promise<HealthReport> {
    const [database, channelLayer] = await Promise.all([this.database(), firstValueFrom(this.layer.health)]);
    const draining = this.admission.isShut;
    const isWhole = database === 'up' && channelLayer === 'ready';
    const status = database === 'down' || draining ? 'down' : isWhole ? 'up' : 'degraded';
    return { status, database, channelLayer, draining };
  }

  private async database(): Promise<HealthReport['database']> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'down'>((resolve) => (timer = setTimeout(() => resolve('down'), DATABASE_MS)));
    const answer = this.directory.ping().then(
      () => (this.directory.takesWrites ? ('up' as const) : ('read-only' as const)),
      () => 'down' as const,
    );
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
