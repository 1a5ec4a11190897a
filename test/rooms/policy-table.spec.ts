import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, rules, type Standing, standings, verdictOf } from '../../src/chat/room.rules.js';
import { RoomInvites } from '../../src/log/room-invites.js';
import type { Room } from '../../src/log/room-log.js';
import { RoomMembers } from '../../src/log/room-members.js';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';
import { House } from './house.js';
import { operationsOn, type Things, verdictOn } from './operations.js';
import { Person } from './people.js';

const kinds = ['public', 'private', 'direct'] as const;
let chat: RunningChat;
let house: House;
let owner: Person;
let victim: Person;
let newcomer: Person;
let actors: Record<Standing, { person: Person; socket: Communicator }>;
beforeAll(async () => {
  chat = await startChat();
  house = new House(chat);
  // The first account administers the server; it has no part in this.
  await Person.registered(chat, 'Administratrix');
  [owner, victim, newcomer] = (await Promise.all(
    ['Olga', 'Vic', 'Nick'].map((name) => Person.registered(chat, name)),
  )) as [Person, Person, Person];
  const made = standings.map(async (standing) => {
    const person = await (standing === 'guest'
      ? Person.guest(chat, 'Gast')
      : Person.registered(chat, `the-${standing}`));
    return [standing, { person, socket: await person.socket() }] as const;
  });
  actors = Object.fromEntries(await Promise.all(made)) as typeof actors;
});
afterAll(() => chat.close());

/** A new room in which the actor stands so, with what the operations need. */
async function scene(kind: Room['kind'], actor: Person, standing: Standing): Promise<Things> {
  const room = await house.room(kind, owner.user);
  await house.stand(room, owner.user, victim.user, 'member');
  const other = await house.append(room, victim.user, 'message.created', { text: 'mine' });
  const own = await house.append(room, actor.user, 'message.created', { text: 'theirs' });
  await house.stand(room, owner.user, actor.user, standing);
  const { room: now } = await chat.app.get(RoomMembers).access(room.name, owner.id);
  const { token } = await chat.app.get(RoomInvites).create(now, owner.user, Date.now() + 60_000);
  return {
    room: room.name,
    own: own.id,
    other: other.id,
    victim: victim.id,
    newcomer: newcomer.id,
    token,
  };
}

async function overSocket(socket: Communicator, things: Things, operation: (typeof operations)[number]) {
  const [event, data] = operationsOn[operation](things).socket;
  try {
    await socket.request(event, data);
    return 'allow';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return code === 'forbidden' || code === 'not_found' ? code : message;
  } finally {
    await socket.request('room.leave', { room: things.room });
  }
}

describe('who may do what in a room', () => {
  it('is one table: every operation, by everybody, in every kind of room, has its place in it', () => {
    for (const operation of operations)
      for (const kind of kinds) expect(rules[operation][kind]).toHaveLength(standings.length);
    expect(Object.keys(operationsOn).toSorted()).toEqual(operations.toSorted());
  });

  describe.each(kinds)('in a %s room', (kind) => {
    it.each(standings)(
      'is what the table says for each operation of the %s, over HTTP and over the socket',
      async (standing) => {
        const { person, socket } = actors[standing];
        const seen: Record<string, [string, string]> = {};
        const wanted: Record<string, [string, string]> = {};
        for (const operation of operations) {
          const verdict = verdictOf(operation, kind, standing);
          wanted[operation] = [verdict, verdict];
          const one = await scene(kind, person, standing);
          const http = verdictOn(await person.call(...operationsOn[operation](one).http));
          const two = await scene(kind, person, standing);
          seen[operation] = [http, await overSocket(socket, two, operation)];
        }
        expect(seen).toEqual(wanted);
      },
    );
  });

  it('is nothing for who is not signed in, where there are no guests', async () => {
    await using closed = await startChat({ env: { GUESTS: false } });
    const things = { room: 'lobby', own: 'm', other: 'm', victim: 'v', newcomer: 'n', token: 't' };
    for (const operation of operations) {
      const [method, path, body] = operationsOn[operation](things).http;
      const headers = { origin: closed.url, ...(body && { 'content-type': 'application/json' }) };
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      const answer = await fetch(closed.url + path, init);
      expect([operation, answer.status, await answer.json()]).toMatchObject([
        operation,
        401,
        { code: 'unauthenticated' },
      ]);
    }
    await expect(closed.connect()).rejects.toMatchObject({ status: 401 });
  });
});
