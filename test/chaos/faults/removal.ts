import { setTimeout as pause } from 'node:timers/promises';
import { roomEvents } from '../../../src/protocol/index.js';
import { ClientSocket } from '../client-socket.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

const ROOM = 'guarded';
const HEADERS = { 'content-type': 'application/json' };

interface Person {
  id: string;
  token: string;
}

/** Guests own nothing: whoever sends others away has an account. */
async function ownerOf(url: string, name: string): Promise<Person> {
  const signedUp = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { ...HEADERS, origin: url },
    body: JSON.stringify({ username: 'Ann', password: 'correct horse battery' }),
  });
  if (!signedUp.ok) throw new Error(`signing up answered ${signedUp.status}: ${await signedUp.text()}`);
  const { user } = (await signedUp.json()) as { user: { id: string } };
  const cookie = signedUp.headers.getSetCookie().find((line) => line.includes('session_token=')) ?? '';
  const token = cookie.split(';', 1)[0]?.split('=')[1] ?? '';
  const made = await fetch(`${url}/api/rooms`, {
    method: 'POST',
    headers: { ...HEADERS, authorization: `Bearer ${token}` },
    body: JSON.stringify({ name }),
  });
  if (made.status !== 201) throw new Error(`creating ${name} answered ${made.status}`);
  return { id: user.id, token };
}

/** Somebody in the room, who remembers at which places they heard and said something. */
class Member {
  readonly heard: number[] = [];
  readonly said: number[] = [];
  private readonly socket: ClientSocket;
  private readonly welcome = Promise.withResolvers<void>();
  private epoch = '';

  constructor(
    readonly person: Person,
    url: string,
  ) {
    this.socket = new ClientSocket({
      url: `${url.replace('http', 'ws')}/ws/chat/`,
      token: person.token,
      silenceMs: 60_000,
      replyTimeoutMs: 10_000,
      onPush: (event, data: { room?: string; seq?: number }) => {
        if (event === 'welcome') this.welcome.resolve();
        if (Object.hasOwn(roomEvents, event) && data.room === ROOM) this.heard.push(data.seq ?? 0);
      },
      onClose: () => this.welcome.reject(new Error('closed before it was welcome')),
    });
  }

  async enter(): Promise<void> {
    await this.welcome.promise;
    this.epoch = (await this.socket.request('room.join', { room: ROOM })).epoch;
  }

  /** As after a lost connection. */
  return(): Promise<boolean> {
    const after = this.heard.at(-1) ?? 0;
    return this.socket.request('room.join', { room: ROOM, epoch: this.epoch, after }).then(
      () => true,
      () => false,
    );
  }

  async say(): Promise<boolean> {
    const message = { room: ROOM, text: 'something', clientId: crypto.randomUUID() };
    const sent = await this.socket.request('message.send', message).catch(() => null);
    if (sent) this.said.push(sent.seq);
    return sent !== null;
  }

  /** Where in the room's order that person is out. */
  async ban({ person }: Member): Promise<number> {
    return (await this.socket.request('member.ban', { room: ROOM, user: person.id })).seq;
  }

  async retitle(topic: string): Promise<void> {
    await this.socket.request('room.update', { room: ROOM, topic });
  }

  leave(): void {
    this.socket.drop();
  }
}

/** How much reached people of what is not for them any more. */
async function sendAway({ world, crowd, scale, random, note, expect }: Scene): Promise<number> {
  const owner = new Member(await ownerOf(world.node(0).url, ROOM), world.node(0).url);
  // Who only listens is told of everybody's removal, at its place among what is said.
  for (const home of [0, 1]) (await crowd.add(home, [ROOM])).start();
  const guests: Member[] = [];
  for (let n = 0; n < (scale.name === 'short' ? 16 : 40); n++)
    guests.push(new Member(await crowd.person(), world.node(n % 2).url));
  const all = [owner, ...guests];
  for (const member of all) await member.enter();
  let talking = true;
  const talk = all.map(async (member) => {
    while (talking && (await member.say())) await pause(random() * 10);
  });
  const outAt = new Map<Member, number>();
  for (const guest of guests.slice(0, guests.length * 0.75)) {
    await pause(random() * 60);
    outAt.set(guest, await owner.ban(guest));
    await owner.retitle(`without ${outAt.size}`);
  }
  await pause(300);
  talking = false;
  await Promise.all(talk);
  const returned = await Promise.all([...outAt.keys()].map((guest) => guest.return()));
  expect(!returned.includes(true), 'nobody comes back by saying where they were');
  // What was said last has passed every node when those who stayed have it.
  expect(await owner.say(), 'the owner has the last word');
  const last = owner.said.at(-1) ?? 0;
  const stayed = all.filter((member) => !outAt.has(member));
  const heard = await eventually(() => stayed.every((member) => member.heard.at(-1) === last), 10_000);
  expect(heard !== undefined, 'who stays hears everything');
  const behind = [...outAt].flatMap(([{ heard: seqs }, seq]) => seqs.filter((each) => each > seq));
  const late = [...outAt].flatMap(([{ said }, seq]) => said.filter((each) => each > seq));
  expect(late.length === 0, `nobody says anything behind their removal: ${late.length} times somebody did`);
  note(`${outAt.size} people were sent away within ${last} events`);
  for (const member of all) member.leave();
  return behind.length;
}

export const KICK: Fault = {
  id: 'KICK',
  title: 'people are sent away from a room while everybody talks',
  run: async (stage) => {
    let leaked = 0;
    const setup = { nodes: 2, database: 'postgres' } as const;
    const result = await play(stage, {
      ...setup,
      fault: async (scene) => void (leaked = await sendAway(scene)),
    });
    return { ...result, verdict: { ...result.verdict, leaked: result.verdict.leaked + leaked } };
  },
};
