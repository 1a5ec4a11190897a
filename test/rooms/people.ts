import { Communicator, type RunningChat } from '../../src/testing/index.js';
import type { User } from '../../src/protocol/index.js';
import { type Browser, register } from '../account/browser-without-script.js';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  /** As it came. */
  raw: string;
}

/** Somebody with a cookie: their calls, their sockets, and their pages. */
export class Person {
  private constructor(
    readonly origin: string,
    readonly user: User,
    readonly cookie: string,
    /** Pages of whoever is registered. */
    readonly browser?: Browser,
  ) {}

  static async registered(chat: Pick<RunningChat, 'url'>, name: string): Promise<Person> {
    const browser = await register(chat.url, name);
    return new Person(chat.url, await whoIs(chat.url, browser.cookie), browser.cookie, browser);
  }

  static async guest(chat: RunningChat, name: string): Promise<Person> {
    const cookie = await chat.signIn(name);
    return new Person(chat.url, await whoIs(chat.url, cookie), cookie);
  }

  /** The same person at another process. */
  at(origin: string): Person {
    return new Person(origin, this.user, this.cookie, this.browser);
  }

  get id(): string {
    return this.user.id;
  }

  async call(method: string, path: string, body?: object): Promise<Answer> {
    const headers = {
      cookie: this.cookie,
      origin: this.origin,
      ...(body && { 'content-type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(this.origin + path, init);
    const raw = await response.text();
    return {
      status: response.status,
      raw,
      body: raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>),
    };
  }

  socket(path = '/ws/chat/'): Promise<Communicator> {
    return Communicator.connect(this.origin.replace('http', 'ws') + path, {
      timeoutMs: 15_000,
      headers: { cookie: this.cookie, origin: this.origin },
    });
  }
}

async function whoIs(origin: string, cookie: string): Promise<User> {
  const response = await fetch(`${origin}/api/me`, { headers: { cookie } });
  return ((await response.json()) as { user: User }).user;
}
