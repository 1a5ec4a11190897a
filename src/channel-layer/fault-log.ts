import type { LoggerService } from '@nestjs/common';

/** At most one line per fault in ten seconds: what is silenced is counted, and told with the next line. */
export class FaultLog {
  private readonly told = new Map<string, { at: number; silenced: number }>();

  constructor(
    private readonly logger: Pick<LoggerService, 'warn' | 'log'>,
    private readonly everyMs = 10_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `fault` says what is the same; the sentence may differ each time. */
  warn(fault: string, sentence: string): void {
    this.tell('warn', fault, sentence);
  }

  log(fault: string, sentence: string): void {
    this.tell('log', fault, sentence);
  }

  private tell(level: 'warn' | 'log', fault: string, sentence: string): void {
    const before = this.told.get(fault);
    if (before && this.now() - before.at < this.everyMs) {
      before.silenced++;
      return;
    }
    const more = before?.silenced ? ` (and ${before.silenced} times since the last such line)` : '';
    this.told.set(fault, { at: this.now(), silenced: 0 });
    this.logger[level](`${sentence}${more}`);
  }
}
