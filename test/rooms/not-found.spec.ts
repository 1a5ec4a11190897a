import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoomAccess } from '../../src/chat/room-access.js';
import { RoomService } from '../../src/chat/room.service.js';
import { operations } from '../../src/chat/room.rules.js';
import { Database } from '../../src/database/database.js';
import { RoomMembers } from '../../src/log/room-members.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { House } from './house.js';
import { operationsOn, type Things } from './operations.js';
import { Person } from './people.js';

let chat: RunningChat;
let owner: Person;
let stranger: Person;
let hidden: Things;
let nothing: Things = {
  room: `~${'a'.repeat(26)}`,
  own: 'no-message',
  other: 'no-message',
  victim: '',
  newcomer: '',
  token: 'no-token-of-any-kind',
};
beforeAll(async () => {
  chat = await startChat();
  [owner, stranger] = [await Person.registered(chat, 'Olga'), await Person.registered(chat, 'Sten')];
  const house = new House(chat);
  const room = await house.room('private', owner.user);
  const { id } = await house.append(room, owner.user, 'message.created', { text: 'a secret' });
  hidden = {
    room: room.name,
    own: id,
    other: id,
    victim: owner.id,
    newcomer: stranger.id,
    token: 'no-token-of-any-kind',
  };
  nothing = { ...nothing, victim: owner.id, newcomer: stranger.id };
});
afterAll(() => chat.close());

/** What of an answer is the server's own, with the name that was asked for left out. */
async function answerTo(person: Person, things: Things, operation: (typeof operations)[number]) {
  const [method, path, body] = operationsOn[operation](things).http;
  const headers = {
    cookie: person.cookie,
    origin: person.origin,
    ...(body && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(person.origin + path, init);
  const shown = [...response.headers]
    .filter(([name]) => !['date', 'x-request-id'].includes(name))
    .map(([name, value]) => [name, value.replace(/nonce-[^']+/, '')]);
  return { status: response.status, headers: shown, body: await response.text() };
}

/** Every statement that reaches the database meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { kysely } = chat.app.get(Database);
  const seen: string[] = [];
  const executor = kysely.getExecutor();
  const original = executor.executeQuery.bind(executor);
  executor.executeQuery = (query, ...rest) => {
    seen.push(query.sql);
    return original(query, ...rest);
  };
  try {
    await work();
  } finally {
    executor.executeQuery = original;
  }
  return seen;
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' ? value : typeof value;
}

describe('a room that is there, for whom it is none of their business', () => {
  it.each(operations)(
    '%s: is answered like one that never was, byte for byte, over HTTP',
    async (operation) => {
      const [there, not] = [
        await answerTo(stranger, hidden, operation),
        await answerTo(stranger, nothing, operation),
      ];
      expect(there.status).toBe(404);
      expect(there).toEqual(not);
    },
  );

  it('is answered so to who was removed a moment ago, whatever this process had read of their rights', async () => {
    const former = await Person.registered(chat, 'Fred');
    const house = new House(chat);
    const room = await house.room('private', owner.user);
    await house.stand(room, owner.user, former.user, 'member');
    const { id } = await house.append(room, former.user, 'message.created', { text: 'mine' });
    const things = { ...hidden, room: room.name, own: id, other: id };
    const sent = { text: 'hi', clientId: 'once-only' };
    const socket = await former.socket();
    await socket.request('message.send', { room: room.name, ...sent });
    await socket.request('reaction.add', { room: room.name, id, emoji: '👍' });
    await house.append(room, owner.user, 'member.kicked', { member: former.user });

    const there: unknown[] = [];
    const not: unknown[] = [];
    for (const [answers, where] of [
      [there, things],
      [not, nothing],
    ] as const)
      for (const [event, data] of [
        ['message.send', { room: where.room, ...sent }],
        ['reaction.add', { room: where.room, id: where.own, emoji: '👍' }],
        ['reaction.remove', { room: where.room, id: where.own, emoji: '🎉' }],
        ['message.edit', { room: where.room, id: where.own, text: 'mine' }],
        ['message.delete', { room: where.room, id: where.own }],
      ] as const)
        answers.push(
          await socket.request(event, data as never).catch(({ code, message }) => ({ code, message })),
        );
    expect(there).toEqual(not);
    for (const answer of there) expect(answer).toMatchObject({ code: 'not_found' });
  });

  it.each(operations)('%s: is answered like one that never was over the socket', async (operation) => {
    const socket = await stranger.socket();
    const refusals: unknown[] = [];
    for (const things of [hidden, nothing]) {
      const [event, data] = operationsOn[operation](things).socket;
      refusals.push(
        await socket.request(event, data).catch(({ code, message, retryAfterMs }) => ({
          code,
          message,
          retryAfterMs,
        })),
      );
    }
    expect(refusals[0]).toMatchObject({ code: 'not_found' });
    expect(refusals[0]).toEqual(refusals[1]);
    expect(socket.received).toEqual([]);
    await socket.close();
  });

  it('is answered by the same work, so that no clock tells them apart', async () => {
    for (const operation of operations) {
      const work: string[][] = [];
      for (const things of [hidden, nothing])
        work.push(await statementsOf(() => answerTo(stranger, things, operation)));
      expect(work[0]?.length, operation).toBeGreaterThan(0);
      expect(work[0], operation).toEqual(work[1]);
    }
  });

  it('is refused at the same step, and found by as much reading', async () => {
    const [rooms, access] = [chat.app.get(RoomService), chat.app.get(RoomAccess)];
    const ways = {
      enter: (room: string) => rooms.enter(stranger.user, room),
      send: async (room: string) => rooms.forSending(stranger.user, room),
      require: (room: string) => access.require('members', stranger.user, room),
    };
    for (const [name, way] of Object.entries(ways)) {
      const steps: unknown[] = [];
      for (const { room } of [hidden, nothing])
        steps.push(await way(room).catch((error: Error) => error.stack));
      expect(steps[0], name).toContain('no such room');
      expect(steps[0], name).toEqual(steps[1]);
    }
    const kinds: unknown[] = [];
    for (const { room } of [hidden, nothing]) {
      const { exists: _only, ...found } = await chat.app.get(RoomMembers).access(room, stranger.id);
      kinds.push(JSON.parse(JSON.stringify(found, (_key, value: unknown) => kindOf(value))));
    }
    expect(kinds[0]).toEqual(kinds[1]);
  });

  it('has no page, no settings, and no socket path', async () => {
    const pages = [];
    for (const { room } of [hidden, nothing]) {
      const shown = [];
      for (const part of ['', '~settings/']) {
        const page = await stranger.browser!.get(`/chat/${room}/${part}`);
        shown.push([page.status, page.html.replaceAll(/nonce="[^"]*"/g, '')]);
      }
      const refusal = await stranger
        .socket(`/ws/chat/${room}/`)
        .catch(({ status, body }) => ({ status, body }));
      pages.push([...shown, refusal]);
    }
    const page = [404, expect.stringContaining('<!doctype html>')];
    expect(pages[0]).toMatchObject([page, page, { status: 404 }]);
    expect(pages[0]).toEqual(pages[1]);
  });
});
