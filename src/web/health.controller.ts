import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { firstValueFrom } from 'rxjs';
import { ChannelLayer } from '../channel-layer/channel-layer.js';
import { RoomDirectory } from '../log/room-log.js';
import { Admission } from '../socket/admission.js';

const DATABASE_MS = 2_000;

/** For balancers and supervisors. A lost Redis is degraded, not down: people here still reach each other. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly directory: RoomDirectory,
    private readonly layer: ChannelLayer,
    private readonly admission: Admission,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const [database, channelLayer] = await Promise.all([this.database(), firstValueFrom(this.layer.health)]);
    const isReady = database === 'up' && !this.admission.isShut;
    response.status(isReady ? 200 : 503).set('Cache-Control', 'no-store');
    const status = !isReady ? 'down' : channelLayer === 'ready' ? 'up' : 'degraded';
    return { status, database, channelLayer, draining: this.admission.isShut };
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
