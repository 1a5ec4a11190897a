import { randomUUID } from 'node:crypto';
import type { Communicator } from '../../src/testing/index.js';
import type { Person } from './people.js';

/** In every title, topic and text that nobody else is to see. */
export const SECRET = 'xyzzy';

const RECONNECT_AFTER = 300;

interface Hidden {
  name: string;
  kind: 'private' | 'direct';
  messages: string[];
}

type Deed = (this: Insiders, who: number) => Promise<unknown>;

/** People who do what chance tells them in rooms that are nobody else's, and now and then something in the open. */
export class Insiders implements AsyncDisposable {
  readonly names = new Set<string>();
  readonly ids = new Set<string>();
  readonly counts: Record<string, number> = {};
  /** Actions that were not refused. */
  done = 0;
  private readonly rooms: Hidden[] = [];
  /** Where whom something was refused: tried more seldom. */
  private readonly out = new Set<string>();
  private last = '';
  private state: number;

  private constructor(
    readonly people: readonly Person[],
    private readonly sockets: Communicator[],
    seed: number,
  ) {
    this.state = seed;
  }

  static async start(people: readonly Person[], seed: number): Promise<Insiders> {
    const sockets = await Promise.all(people.map((person) => person.socket()));
    const insiders = new Insiders(people, sockets, seed);
    for (let who = 0; who < people.length; who++) {
      await deeds.create!.call(insiders, who);
      await deeds.converse!.call(insiders, who);
    }
    return insiders;
  }

  someone(): Person {
    return this.people[this.chance(this.people.length)]!;
  }

  /** One after the other for each person, all persons at once. */
  async act(count: number): Promise<void> {
    const names = Object.keys(deeds);
    // Mostly talk, as in life.
    const mix = [...names, ...Array.from({ length: names.length * 2 }, () => 'send')];
    let tries = count * 4;
    await Promise.all(
      this.people.map(async (_person, who) => {
        for (let turn = 1; this.done < count && tries-- > 0; turn++) {
          if (turn % RECONNECT_AFTER === 0) await this.reconnect(who);
          const name = mix[this.chance(mix.length)]!;
          try {
            await deeds[name]!.call(this, who);
            this.done++;
            this.counts[name] = (this.counts[name] ?? 0) + 1;
          } catch (error) {
            // Removed, muted, or too late: a refusal is an answer.
            this.counts.refused = (this.counts.refused ?? 0) + 1;
            if (!('code' in (error as object))) throw error;
            this.out.add(`${who} ${this.last}`);
          }
        }
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) await socket[Symbol.asyncDispose]();
  }

  /** Nobody reads what comes there: before it is much, it is another socket. */
  private async reconnect(who: number): Promise<void> {
    await this.sockets[who]![Symbol.asyncDispose]();
    this.sockets[who] = await this.people[who]!.socket();
  }

  /** 0 ≤ n < below; the same sequence for a seed (mulberry32). */
  chance(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  ask(who: number, event: string, data: object): Promise<Record<string, unknown>> {
    return this.sockets[who]!.request(event, data) as Promise<Record<string, unknown>>;
  }

  keep(name: string, kind: Hidden['kind']): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    this.rooms.push({ name, kind, messages: [] });
  }

  room(who: number): Hidden {
    let room = this.rooms[0]!;
    for (let tries = 0; tries < 8; tries++) {
      room = this.rooms[this.chance(this.rooms.length)]!;
      if (!this.out.has(`${who} ${room.name}`)) break;
    }
    this.last = room.name;
    return room;
  }

  message(who: number): { room: string; id: string } {
    const { name, messages } = this.room(who);
    return { room: name, id: messages[this.chance(messages.length)] ?? 'none' };
  }

  async say(who: number): Promise<void> {
    const room = this.room(who);
    const text = `${SECRET} ${randomUUID()}`;
    const sent = await this.ask(who, 'message.send', { room: room.name, text, clientId: randomUUID() });
    this.ids.add(String(sent.id));
    room.messages.push(String(sent.id));
  }
}

const later = () => new Date(Date.now() + 500).toISOString();

const deeds: Record<string, Deed> = {
  async send(who) {
    await this.say(who);
  },
  async edit(who) {
    await this.ask(who, 'message.edit', { ...this.message(who), text: `${SECRET} again` });
  },
  async delete(who) {
    await this.ask(who, 'message.delete', this.message(who));
  },
  async react(who) {
    await this.ask(who, 'reaction.add', { ...this.message(who), emoji: '👀' });
  },
  async enter(who) {
    const { name } = this.room(who);
    await this.ask(who, 'room.join', { room: name });
    await this.ask(who, 'typing', { room: name });
    if (this.chance(2) === 0) await this.ask(who, 'room.leave', { room: name });
  },
  async create(who) {
    const made = await this.ask(who, 'room.create', {
      kind: 'private',
      title: `${SECRET} ${this.chance(1_000)}`,
      topic: `all about ${SECRET}`,
    });
    this.keep(String(made.room), 'private');
  },
  async converse(who) {
    const others = this.people.filter((_person, n) => n !== who && this.chance(2) === 0);
    const people = others.length > 0 ? others : [this.people[(who + 1) % this.people.length]!];
    const made = await this.ask(who, 'room.create', { with: people.map(({ id }) => id) });
    this.keep(String(made.room), 'direct');
  },
  async rename(who) {
    const wish = { title: `${SECRET} ${this.chance(99)}`, topic: SECRET };
    await this.ask(who, 'room.update', { room: this.room(who).name, ...wish });
  },
  async add(who) {
    await this.ask(who, 'member.set', { room: this.room(who).name, user: this.someone().id });
  },
  async promote(who) {
    const wish = { user: this.someone().id, role: 'moderator' };
    await this.ask(who, 'member.set', { room: this.room(who).name, ...wish });
  },
  async kick(who) {
    await this.ask(who, 'member.remove', { room: this.room(who).name, user: this.someone().id });
  },
  async mute(who) {
    const wish = { user: this.someone().id, until: later() };
    await this.ask(who, 'member.mute', { room: this.room(who).name, ...wish });
  },
  async invite(who) {
    const { name } = this.room(who);
    const { token } = await this.ask(who, 'invite.create', { room: name, expiresInSeconds: 60 });
    this.ids.add(String(token));
    await this.someone().call('POST', `/api/invites/${String(token)}`);
  },
  async read(who) {
    await this.people[who]!.call('GET', `/api/rooms/${this.room(who).name}/messages`);
    await this.people[who]!.browser!.get(`/chat/${this.room(who).name}/`);
  },
  async public(who) {
    const message = { room: 'square', text: 'said in the open', clientId: randomUUID() };
    await this.ask(who, 'message.send', message);
  },
};
