import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import { Env } from '../config/env.js';
import { ChatError } from '../protocol/index.js';
import { measuredMemoryUse, MemoryUse } from './memory-use.js';

const PROBE_MS = 100;
const MEMORY_PROBE_MS = 1_000;
/** Above so much of what this process may hold, the rest is for those who are in. */
const MEMORY_SHARE = 0.85;
const TOLD_EVERY_MS = 10_000;
/** When to come back: each at another moment. */
const RETRY_MS = { least: 1_000, most: 3_000 };

/** Whether this process can take more people: it refuses newcomers before it fails those who are in. */
@Injectable()
export class Overload implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Overload.name);
  private timer?: NodeJS.Timeout;
  private probedAt: number | undefined;
  private lag = 0;
  private memory = 0;
  private memoryProbedAt = -Infinity;
  private toldAt = -Infinity;

  constructor(
    @Inject(Env) private readonly env: Env,
    @Optional() @Inject(MemoryUse) private readonly memoryUse: MemoryUse = measuredMemoryUse(),
  ) {}

  /** Starting is busy, and nobody's fault: what counts begins with the first round of the loop after it. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.probe(performance.now()), PROBE_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** `now` is monotonic, in milliseconds. */
  probe(now: number): void {
    this.lag = this.lateness(now);
    this.probedAt = now;
    if (now - this.memoryProbedAt >= MEMORY_PROBE_MS) {
      this.memoryProbedAt = now;
      this.memory = this.memoryUse();
    }
    const trouble = this.trouble(now);
    if (!trouble || now - this.toldAt < TOLD_EVERY_MS) return;
    this.toldAt = now;
    this.logger.warn(`${trouble}: newcomers are asked to come back later`);
  }

  /** Throws `busy` where one more would be too many. */
  check(now: number): void {
    if (!this.trouble(now)) return;
    const wait = RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least);
    throw new ChatError('busy', 'the server has too much to do', Math.round(wait));
  }

  private trouble(now: number): string | undefined {
    // Handshakes that waited for the loop may be looked at before the probe is.
    const lag = Math.max(this.lag, this.lateness(now));
    if (lag > this.env.MAX_LOOP_LAG_MS) return `The event loop stood still for ${Math.round(lag)} ms`;
    if (this.memory > MEMORY_SHARE) return `${Math.round(this.memory * 100)} % of the memory is in use`;
    return undefined;
  }

  private lateness(now: number): number {
    return this.probedAt === undefined ? 0 : Math.max(0, now - this.probedAt - PROBE_MS);
  }
}
