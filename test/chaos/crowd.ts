import { setTimeout as pause } from 'node:timers/promises';
import { ResumingClient } from './client.js';
import { History } from './history.js';
import { oneOf, seeded } from './random.js';
import type { World } from './world.js';

export interface CrowdOptions {
  clients: number;
  rooms: number;
  /** Rooms that each client is in. */
  roomsEach?: number;
  silenceMs?: number;
}

/** The people of a run, their rooms, and what they keep saying. */
export class Crowd implements AsyncDisposable {
  readonly history = new History();
  readonly clients: ResumingClient[] = [];
  readonly rooms: string[];
  readonly random: () => number;
  private readonly pending = new Set<Promise<unknown>>();
  private readonly people: { id: string; token: string }[] = [];
  private said = 0;
  private perSecond = 0;
  private timer?: NodeJS.Timeout;

  private constructor(
    private readonly world: World,
    private readonly options: CrowdOptions,
  ) {
    this.random = seeded(world.stage.seed);
    this.rooms = Array.from({ length: options.rooms }, (_, n) => `room-${n + 1}`);
  }

  /** Rooms are there, everybody is in theirs. */
  static async gather(world: World, options: CrowdOptions): Promise<Crowd> {
    const crowd = new Crowd(world, options);
    const { token } = await crowd.person();
    for (const name of crowd.rooms) await createRoom(world.node(0).url, token, name);
    for (let n = 0; n < options.clients; n++) {
      const client = await crowd.add(n % world.doors.length);
      client.start();
    }
    await crowd.until(() => crowd.clients.every(({ isJoined }) => isJoined), 30_000, 'everybody is in');
    return crowd;
  }

  /** One more, not started; led to the node `home` first. */
  async add(home: number, rooms = this.someRooms()): Promise<ResumingClient> {
    const { addresses } = this.world;
    const servers = [...addresses.slice(home), ...addresses.slice(0, home)];
    const { silenceMs } = this.options;
    const client = new ResumingClient({
      name: `client ${this.clients.length + 1}`,
      person: await this.person(),
      servers: () => servers,
      rooms,
      history: this.history,
      random: this.random,
      ...(silenceMs !== undefined && { silenceMs }),
    });
    this.clients.push(client);
    return client;
  }

  /** From now on so many messages a second, by anybody in any room of theirs, until `hush`. */
  talk(perSecond: number): void {
    this.perSecond = perSecond;
    clearTimeout(this.timer);
    const next = () => {
      this.sayAnything();
      this.timer = setTimeout(next, (1_000 / this.perSecond) * (0.5 + this.random()));
    };
    next();
  }

  sayAnything(client = oneOf(this.clients, this.random)): void {
    this.say(client, oneOf([...client.rooms.keys()], this.random));
  }

  say(client: ResumingClient, room: string): Promise<unknown> {
    const saying = client.say(room, `${client.name} says ${++this.said}`);
    this.pending.add(saying);
    void saying.finally(() => this.pending.delete(saying));
    return saying;
  }

  hush(): void {
    clearTimeout(this.timer);
  }

  /** Nothing is on its way any more: all is acknowledged or refused, and everybody has everything. */
  async settle(withinMs = 60_000): Promise<void> {
    this.hush();
    const present = this.clients.filter((client) => this.isExpected(client));
    await this.until(() => this.pending.size === 0, withinMs, 'every message is answered');
    const heads = new Map((await this.world.rooms()).map(({ name, head }) => [name, head]));
    for (const client of present) for (const room of client.rooms.values()) room.hear(heads.get(room.name) ?? 0);
    await this.until(() => present.every(({ isWhole }) => isWhole), withinMs, 'everybody has everything');
  }

  /** False where it did not become so in time: the checker will say what is missing. */
  async until(fact: () => boolean, withinMs: number, _what: string): Promise<boolean> {
    for (const deadline = performance.now() + withinMs; !fact();) {
      if (performance.now() > deadline) return false;
      await pause(10);
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hush();
    for (const client of this.clients) client.stop();
  }

  /** A guest whose sign-in lasts. Signed in at the door itself, whatever the network is like. */
  private async person(): Promise<{ id: string; token: string }> {
    const { url } = this.world.nodes.find(({ running }) => running) ?? this.world.node(0);
    const response = await fetch(`${url}/api/auth/sign-in/anonymous`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: '{}',
    });
    if (!response.ok) throw new Error(`signing in answered ${response.status}: ${await response.text()}`);
    const { user } = (await response.json()) as { user: { id: string } };
    const cookie = response.headers.getSetCookie().find((line) => line.includes('session_token=')) ?? '';
    const person = { id: user.id, token: cookie.split(';', 1)[0]?.split('=')[1] ?? '' };
    this.people.push(person);
    return person;
  }

  private someRooms(): string[] {
    const { roomsEach = Math.min(2, this.rooms.length) } = this.options;
    const first = Math.floor(this.random() * this.rooms.length);
    return Array.from(
      { length: roomsEach },
      (_, n) => this.rooms[(first + n) % this.rooms.length] ?? '',
    );
  }

  private isExpected(client: ResumingClient): boolean {
    return (this.history.views.get(client.name)?.roomsAtEnd.length ?? 0) > 0;
  }
}

async function createRoom(url: string, token: string, name: string): Promise<void> {
  const response = await fetch(`${url}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ name }),
  });
  if (response.status !== 201) throw new Error(`creating ${name} answered ${response.status}`);
}
