import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Changed, ReplyData, RequestData, Sent } from '../../src/protocol/index.js';
import { NoAnswer, Refusal } from './client-socket.js';
import type { History, Send } from './history.js';

/** Not the message's fault, and worth another try with the same `clientId`. */
const PASSING = new Set(['rate_limited', 'busy', 'unavailable', 'not_joined']);
const WAIT_MS = 300;

const types = {
  'message.send': 'message.created',
  'message.edit': 'message.edited',
  'message.delete': 'message.deleted',
  'reaction.add': 'reaction.added',
  'reaction.remove': 'reaction.removed',
} as const;
type Name = keyof typeof types;

/** What somebody wants to say, or to do to what was said. */
export type Wish =
  | { event: 'message.send'; room: string; text: string }
  | { event: 'message.edit'; room: string; id: string; text: string }
  | { event: 'message.delete'; room: string; id: string }
  | { event: 'reaction.add' | 'reaction.remove'; room: string; id: string; emoji: string };

interface Entry {
  send: Send;
  wish: Wish;
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
      request: <Event extends Name>(event: Event, data: RequestData<Event>) => Promise<ReplyData<Event>>;
    },
  ) {}

  /** Resolves when it is acknowledged, or refused for good. */
  add(wish: Wish): Promise<Send> {
    const { client, author, history } = this.options;
    const { event, room } = wish;
    const send = history.invoke({
      client,
      author,
      room,
      type: types[event],
      clientId: event === 'message.send' ? randomUUID() : 'emoji' in wish ? wish.emoji : '',
      ...('id' in wish && { about: wish.id }),
    });
    return new Promise((resolve) => {
      this.entries.push({ send, wish, done: () => resolve(send) });
      this.flush();
    });
  }

  private ask({ send, wish: { event, ...data } }: Entry): Promise<Sent | Changed> {
    const { request } = this.options;
    return event === 'message.send'
      ? request(event, { ...(data as { room: string; text: string }), clientId: send.clientId })
      : request(event, data as never);
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
  private async attempt(entry: Entry): Promise<boolean> {
    const { send } = entry;
    const { history } = this.options;
    send.tries += 1;
    try {
      const { seq, dup } = await this.ask(entry);
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
