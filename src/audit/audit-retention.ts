import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Recurring } from '../recurring.js';
import type { AuditLog } from './audit-log.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface RetentionOptions {
  /** Between two runs. */
  everyHours: number;
  /** How long a row is kept. The database itself lets nothing go that is younger than 90 days. */
  days: number;
}

/** Takes away security events that nobody may keep any longer: they name people, and where these were. */
export class AuditRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(AuditRetention.name);
  private readonly stopping = new AbortController();
  private readonly recurring = new Recurring(
    () => (this.running = this.run()),
    () => this.options.everyHours * HOUR_MS,
  );
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: AuditLog,
    private readonly options: RetentionOptions,
  ) {}

  /** The first run is within the first hour: a process may not live for a whole interval. */
  onApplicationBootstrap(): void {
    this.recurring.schedule(HOUR_MS * Math.random());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.recurring.stop();
    await this.running;
  }

  /** Never rejects: what is left is taken away next time. */
  private async run(): Promise<void> {
    try {
      const removed = await this.log.purge(Date.now() - this.options.days * DAY_MS, this.stopping.signal);
      if (removed > 0) this.logger.log(`removed ${removed} security events that were too old to keep`);
    } catch (error) {
      this.logger.warn(`old security events could not be removed, the next run will: ${String(error)}`);
    }
  }
}
