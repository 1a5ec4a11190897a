import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { Env } from '../config/env.js';
import { CloseCode } from '../protocol/index.js';
import { Admission } from './admission.js';
import type { Connection } from './connection.js';
import { ConnectionRegistry } from './connection.registry.js';
import { FanOut } from './fan-out.js';

/** How long requests that were sent before may take to be answered. */
const FINISH_MS = 5_000;
const FINISH_STEP_MS = 25;
/** So many batches spread over the window; a small server needs one. */
const BATCHES = 20;
const SMALLEST_BATCH = 50;
/** The batches are spread already: within one of them, people come back over this time at the most. */
const MAX_SPREAD_MS = 1_000;

/**
 * Leaves without breaking a word: nobody new comes in, what was sent is answered, and everybody is told to come back,
 * each at another moment, so that the other servers are not run over.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Drain.name);

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly admission: Admission,
    private readonly fanOut: FanOut,
    @Inject(Env) private readonly env: Env,
  ) {}

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.admission.shutDoors();
    // A balancer needs a moment to see that we are not ready, also for pages; whoever presses Ctrl-C has none.
    if (signal === 'SIGTERM') await pause(this.env.DRAIN_DELAY_MS);
    if (this.registry.size === 0) return;
    await this.finishRequests();
    await this.sayGoodbye();
  }

  private async finishRequests(): Promise<void> {
    const deadline = performance.now() + FINISH_MS;
    while (this.isAnswering() && performance.now() < deadline) await pause(FINISH_STEP_MS);
  }

  private isAnswering(): boolean {
    for (const connection of this.registry.all()) if (connection.draining) return true;
    return false;
  }

  private async sayGoodbye(): Promise<void> {
    const all = [...this.registry.all()];
    const window = this.env.DRAIN_WINDOW_MS;
    const size = Math.max(SMALLEST_BATCH, Math.ceil(all.length / BATCHES));
    const batches = Math.ceil(all.length / size);
    this.logger.log(`${all.length} connections are asked to come back elsewhere`);
    for (let batch = 0; batch < batches; batch++) {
      if (batch > 0) await pause(window / batches);
      for (const connection of all.slice(batch * size, (batch + 1) * size))
        this.part(connection, Math.min(window / batches, MAX_SPREAD_MS));
    }
    await this.closed();
  }

  private part(connection: Connection, spreadMs: number): void {
    const retryAfterMs = Math.floor(Math.random() * spreadMs);
    if (connection.dialect !== 'plain')
      this.fanOut.push(connection, { event: 'bye', data: { retryAfterMs } });
    connection.close(CloseCode.restarting, 'restarting');
  }

  /** Who does not answer the close frame in a second is cut off by the connection itself. */
  private async closed(): Promise<void> {
    const deadline = performance.now() + FINISH_MS;
    while (this.registry.size > 0 && performance.now() < deadline) await pause(FINISH_STEP_MS);
  }
}
