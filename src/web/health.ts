import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { ChannelLayer, type LayerHealth } from '../channel-layer/channel-layer.js';
import { RoomDirectory } from '../log/room-log.js';
import { Admission } from '../socket/admission.js';

const DATABASE_MS = 2_000;

export interface HealthReport {
  status: 'up' | 'degraded' | 'down';
  database: 'up' | 'down';
  channelLayer: LayerHealth;
  draining: boolean;
}

/** Whether this process can serve. A lost Redis is degraded, not down: people here still reach each other. */
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
    const isReady = database === 'up' && !draining;
    const status = !isReady ? 'down' : channelLayer === 'ready' ? 'up' : 'degraded';
    return { status, database, channelLayer, draining };
  }

  private async database(): Promise<'up' | 'down'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'down'>((resolve) => (timer = setTimeout(() => resolve('down'), DATABASE_MS)));
    const answer = this.directory.ping().then(
      () => 'up' as const,
      () => 'down' as const,
    );
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
