import type { Sent } from '../../src/protocol/events.js';
import { RequestLost, RequestRefused } from './chat-socket.js';
import type { Clock } from './clock.js';
import { nextToSend, type Outbox, type OutboxEvent, type Outgoing } from './outbox.js';

/** Not the message's fault, and worth another try with the same `clientId`. */
const PASSING: ReadonlySet<string> = new Set(['rate_limited', 'busy', 'unavailable', 'not_joined']);
const WAIT_MS = 1_000;

/** Sends what is pending, one after the other, for as long as there is a room to send it to. */
export class Sender {
  private sending = false;
  private cancelWait: (() => void) | null = null;

  constructor(
    private readonly options: {
      clock: Clock;
      outbox(): Outbox;
      ready(): boolean;
      send(entry: Outgoing): Promise<Sent>;
      onEvent(event: OutboxEvent): void;
    },
  ) {}

  flush(): void {
    if (!this.sending && !this.cancelWait) void this.run();
  }

  stop(): void {
    this.cancelWait?.();
    this.cancelWait = null;
  }

  private async run(): Promise<void> {
    this.sending = true;
    try {
      for (;;) {
        const entry = nextToSend(this.options.outbox());
        if (!entry || !this.options.ready()) return;
        if (!(await this.sendOne(entry))) return;
      }
    } finally {
      this.sending = false;
    }
  }

  /** Whether to go on with the next one. */
  private async sendOne(entry: Outgoing): Promise<boolean> {
    const { clientId } = entry;
    try {
      const sent = await this.options.send(entry);
      this.options.onEvent({ type: 'sent', clientId, sent });
      return true;
    } catch (error) {
      if (error instanceof RequestRefused && !PASSING.has(error.body.code)) {
        this.options.onEvent({ type: 'failed', clientId, problem: error.message });
        return true;
      }
      // Whether it was stored is unknown after a lost reply: it stays pending and goes again, as the same one.
      const waitMs = error instanceof RequestRefused ? (error.body.retryAfterMs ?? WAIT_MS) : WAIT_MS;
      if (!(error instanceof RequestLost) || this.options.ready()) this.wait(waitMs);
      return false;
    }
  }

  private wait(ms: number): void {
    this.cancelWait = this.options.clock.after(ms, () => {
      this.cancelWait = null;
      this.flush();
    });
  }
}
