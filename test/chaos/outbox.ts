import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sent } from '../../src/protocol/index.js';
import { NoAnswer, Refusal } from './client-socket.js';
import type { History, Send } from './history.js';

/** Not the message's fault, and worth another try with the same `clientId`. */
const PASSING = new Set(['rate_limited', 'busy', 'unavailable', 'not_joined']);
const WAIT_MS = 300;

interface Entry {
  send: Send;
  text: string;
  done: () => void;
}

/**
 * What one person wants to say, one message after the other, each under its `clientId` until it is acknowledged,
 * however many connections that takes.
 */
export class Outbox {
  private readonly entries: Entry[] = [];
  private running = false;
  private stopped = false;

  constructor(
    private readonly options: {
      client: string;
      author: string;
      history: History;
      ready: () => boolean;
      request: (room: string, text: string, clientId: string) => Promise<Sent>;
    },
  ) {}

  /** Resolves when it is acknowledged, or refused for good. */
  add(room: string, text: string): Promise<Send> {
    const { client, author, history } = this.options;
    const send = history.invoke({ client, author, room, clientId: randomUUID() });
    return new Promise((resolve) => {
      this.entries.push({ send, text, done: () => resolve(send) });
      this.flush();
    });
  }

  get size(): number {
    return this.entries.length;
  }

  flush(): void {
    if (!this.running) void this.run();
  }

  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let entry = this.entries[0]; entry && this.options.ready() && !this.stopped; entry = this.entries[0])
      if (await this.attempt(entry)) {
        this.entries.shift();
        entry.done();
      }
    this.running = false;
  }

  /** Whether that was the last word on it. */
  private async attempt({ send, text }: Entry): Promise<boolean> {
    const { history, request } = this.options;
    send.tries += 1;
    try {
      const { seq, dup } = await request(send.room, text, send.clientId);
      history.answer(send, { outcome: 'ok', seq, ...(dup && { dup }) });
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) {
        // The connection still stands, or another one will come up: it stays pending, as the same message.
        if (this.options.ready()) await pause(WAIT_MS);
        return false;
      }
      if (!(error instanceof Refusal)) throw error;
      const { code, retryAfterMs } = error.body;
      send.refusal = code;
      if (PASSING.has(code)) {
        await pause(Math.min(retryAfterMs ?? WAIT_MS, 2_000));
        return false;
      }
      // An earlier try, or a fault of the server's in the middle, may have stored it all the same.
      const isCertain = code !== 'internal' && send.tries === 1;
      history.answer(send, { outcome: isCertain ? 'fail' : 'unknown', refusal: code });
      return true;
    }
  }
}
