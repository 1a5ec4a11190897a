import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Health, type HealthReport } from './health.js';

/** For balancers and supervisors. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthReport> {
    const report = await this.health.check();
    response.status(report.status === 'down' ? 503 : 200).set('Cache-Control', 'no-store');
    return report;
  }
}
