import { describe, expect, it } from 'vitest';
import { startChat } from '../../src/testing/index.js';
import { Doubts, OtherNode } from './doubtful.layer.js';
import { join, room, storeElsewhere, texts } from './live-rooms.house.js';

describe('what another process says that cannot be', () => {
  const message = {
    type: 'message.created',
    id: 'an id',
    clientId: 'client-1',
    at: '2026-01-01T00:00:00.000Z',
  };
  const whole = { ...message, seq: 1, actor: { id: 'eve', name: 'Eve' }, data: { text: 'never stored' } };

  it.each([
    ['no JSON', 'x'],
    ['no text', 7],
    ['no list', { ...whole }],
    ['nothing', [null]],
    ['an event without anything', [{}]],
    ['a seq that is a text', [{ ...whole, seq: '1' }]],
    ['a seq that is none', [{ ...whole, seq: null }]],
    ['a seq between two', [{ ...whole, seq: 0.5 }]],
    ['a seq below the first', [{ ...whole, seq: -1 }]],
    ['a seq that no number is', [{ ...whole, seq: 1e300 }]],
    ['a message without words', [{ ...whole, data: {} }]],
    ['a message of nobody', [{ ...whole, actor: null }]],
    ['a removal of nobody', [{ ...whole, type: 'member.kicked', data: {} }]],
    ['another room', [{ ...whole, roomId: 'another' }]],
    ['one event too many', [whole, {}]],
  ])('is ignored, and what is missed afterwards is found all the same: %s', async (_what, body) => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const ann = await chat.connect();
    await join(chat, ann);
    const { id } = await room(chat);
    const events = Array.isArray(body) ? body.map((each) => each && { roomId: id, ...each }) : body;
    const said = typeof body === 'number' || body === 'x' ? body : JSON.stringify(events);

    await other.sayAnything('chat.event', id, said);
    const third = (await storeElsewhere(chat, 'one'), await storeElsewhere(chat, 'two'));
    await other.say(third);

    expect(await texts(ann, 2)).toEqual(['one', 'two']);
    await ann.nothing(['presence']);
  });

  it.each([
    ['chat.typing', { id: 'eve' }],
    ['chat.typing', null],
    ['chat.presence', { v: 1, users: [{ id: 'eve' }] }],
    ['chat.presence', { v: 1, joined: 'everybody' }],
    ['chat.person.renamed', null],
  ])('reaches nobody: %s %j', async (type, body) => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const ann = await chat.connect();
    await join(chat, ann);
    const { id } = await room(chat);
    await ann.push('presence');

    await other.sayAnything(type, id, JSON.stringify(body));
    await other.sayAnything('chat.typing', id, JSON.stringify({ id: 'bob', name: 'Bob' }));

    expect(await ann.push('typing')).toMatchObject({ user: { name: 'Bob' } });
    await ann.nothing(['message.created']);
  });
});
