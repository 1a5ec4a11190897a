import { setTimeout as pause } from 'node:timers/promises';
import { ResumingClient } from './client.js';
import type { Wish } from './outbox.js';
import { History } from './history.js';
import { oneOf, seeded } from './random.js';
import type { World } from './world.js';

export interface CrowdOptions {
  clients: number;
  rooms: number;
  /** Rooms that each client is in. */
  roomsEach?: number;
  silenceMs?: number;
  /** The node that everybody is led to first; spread over all where not given. */
  home?: number;
}

/** Of what is said, how much is done to what was said before. */
const CHANGES = 0.25;
const EMOJI = ['👍', '🎉'];

/** The people of a run, their rooms, and what they keep saying. */
export class Crowd implements AsyncDisposable {
  readonly history = new History();
  readonly clients: ResumingClient[] = [];
  readonly rooms: string[];
  readonly random: () => number;
  private readonly pending = new Set<Promise<unknown>>();
  /** Signed in, and nobody's client yet. */
  private readonly newcomers: { id: string; token: string }[] = [];
  private readonly people: { id: string; token: string }[] = [];
  /** Those who talk by themselves: who was there from the beginning. */
  private talkers: readonly ResumingClient[] = [];
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
    // Signing in takes a while, and nobody's place in the crowd hangs on who is done first.
    while (crowd.newcomers.length < options.clients)
      crowd.newcomers.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(20, options.clients - crowd.newcomers.length) }, () =>
            crowd.person(),
          ),
        )),
      );
    for (let n = 0; n < options.clients; n++) {
      const client = await crowd.add(options.home ?? n % world.doors.length);
      client.start();
    }
    await crowd.until(() => crowd.clients.every(({ isJoined }) => isJoined), 30_000);
    crowd.talkers = [...crowd.clients];
    return crowd;
  }

  /** One more, not started; led to the node `home` first. */
  async add(
    home: number,
    rooms = this.someRooms(),
    as: 'somebody new' | 'anybody' = 'somebody new',
  ): Promise<ResumingClient> {
    const { silenceMs } = this.options;
    const person = as === 'anybody' ? this.someone : (this.newcomers.pop() ?? (await this.person()));
    // The name is taken in the same turn: whoever is added meanwhile gets the next one.
    const client = new ResumingClient({
      name: `client ${this.clients.length + 1}`,
      person,
      servers: () => this.world.addresses(home),
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

  private sayAnything(): void {
    const client = oneOf(this.talkers, this.random);
    const room = oneOf([...client.rooms.keys()], this.random);
    const change = this.random() < CHANGES && this.someChange(client, room);
    void (change ? this.wish(client, change) : this.say(client, room));
  }

  /** To something that was said there lately; nothing where nothing was. */
  private someChange(client: ResumingClient, room: string): Wish | undefined {
    const recent = client.rooms.get(room)?.recent ?? [];
    const mine = recent.filter(({ author }) => author === client.person);
    const chance = this.random();
    if (mine.length > 0 && chance < 0.5) {
      const { id } = oneOf(mine, this.random);
      if (chance < 0.1) return { event: 'message.delete', room, id };
      return { event: 'message.edit', room, id, text: `${client.name} means ${++this.said}` };
    }
    if (recent.length === 0) return undefined;
    const event = chance < 0.85 ? 'reaction.add' : 'reaction.remove';
    return { event, room, id: oneOf(recent, this.random).id, emoji: oneOf(EMOJI, this.random) };
  }

  say(client: ResumingClient, room: string): Promise<unknown> {
    return this.sayText(client, room, `${client.name} says ${++this.said}`);
  }

  sayText(client: ResumingClient, room: string, text: string): Promise<unknown> {
    return this.wish(client, { event: 'message.send', room, text });
  }

  private wish(client: ResumingClient, wish: Wish): Promise<unknown> {
    const wishing = client.wish(wish);
    this.pending.add(wishing);
    void wishing.finally(() => this.pending.delete(wishing));
    return wishing;
  }

  hush(): void {
    clearTimeout(this.timer);
  }

  /** Everybody has everything that had been acknowledged when this was asked. */
  async caughtUp(withinMs: number): Promise<void> {
    const heads = new Map((await this.world.rooms()).map(({ name, head }) => [name, head]));
    const present = this.clients.filter((client) => this.isExpected(client));
    await this.until(() => present.every((client) => hasAll(client, heads)), withinMs);
  }

  /** Nothing is on its way any more: all is acknowledged or refused, and everybody has everything. */
  async settle(withinMs = 60_000): Promise<void> {
    this.hush();
    await this.until(() => this.pending.size === 0, withinMs);
    // Nobody tells them: what is still missing they have to find out for themselves.
    await this.caughtUp(withinMs);
  }

  /** False where it did not become so in time: the checker will say what is missing. */
  private async until(fact: () => boolean, withinMs: number): Promise<boolean> {
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
  async person(): Promise<{ id: string; token: string }> {
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

  /** A sign-in that is valid, whoever's it is. */
  get someToken(): string {
    return this.someone.token;
  }

  private get someone(): { id: string; token: string } {
    return oneOf(this.people, this.random);
  }

  private someRooms(): string[] {
    const { roomsEach = Math.min(2, this.rooms.length) } = this.options;
    const first = Math.floor(this.random() * this.rooms.length);
    return Array.from({ length: roomsEach }, (_, n) => this.rooms[(first + n) % this.rooms.length] ?? '');
  }

  private isExpected(client: ResumingClient): boolean {
    return (this.history.views.get(client.name)?.roomsAtEnd.length ?? 0) > 0;
  }
}

function hasAll({ rooms }: ResumingClient, heads: ReadonlyMap<string, number>): boolean {
  return [...rooms.values()].every(({ name, position }) => (position ?? -1) >= (heads.get(name) ?? 0));
}

async function createRoom(url: string, token: string, name: string): Promise<void> {
  const response = await fetch(`${url}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ name }),
  });
  if (response.status !== 201) throw new Error(`creating ${name} answered ${response.status}`);
}
