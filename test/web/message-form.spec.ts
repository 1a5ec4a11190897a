import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomPageData } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { dataOf, formOf, textOf, Visitor } from './visitor.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

/** Somebody without a script who has said something, and where its form posts to. */
async function author(room: string) {
  const visitor = new Visitor(chat);
  await visitor.post(`/chat/${room}/`, { text: 'as it was', clientId: randomUUID() });
  const { history } = dataOf<RoomPageData>(await visitor.get(`/chat/${room}/`));
  const { id } = history.messages[0] as { id: string };
  return { visitor, id, action: `/chat/${room}/messages/${id}`, page: `/chat/${room}/?edit=${id}` };
}

describe('an own message on a page without a script', () => {
  it('is changed by a form with its text in it', async () => {
    const { visitor, action, page } = await author('form-edit');
    expect(formOf(await visitor.get(page), action)).toEqual({ text: 'as it was' });
    const answer = await visitor.post(action, { text: 'two\r\nlines' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/chat/form-edit/']);
    const { history } = dataOf<RoomPageData>(await visitor.get('/chat/form-edit/'));
    expect(history.messages).toMatchObject([{ text: 'two\nlines', editedAt: expect.any(String) }]);
  });

  it('is deleted by the same form', async () => {
    const { visitor, action } = await author('form-delete');
    expect((await visitor.post(action, { text: 'whatever', do: 'delete' })).status).toBe(303);
    const page = textOf(await visitor.get('/chat/form-delete/'));
    expect(page).toContain('This message was deleted');
    expect(page).not.toContain('as it was');
  });

  it('keeps what was typed where it is refused', async () => {
    const { visitor, action } = await author('form-refused');
    const refused = await visitor.post(action, { text: 'x'.repeat(4_001) });
    expect(refused.status).toBe(400);
    expect(textOf(refused)).toContain('a message has at most 4000 characters');
    expect(formOf(refused, action).text).toBe('x'.repeat(4_001));
  });

  it('has no such form for anybody else', async () => {
    const { id, action, page } = await author('form-others');
    const other = new Visitor(chat);
    expect(dataOf<RoomPageData>(await other.get(page))).not.toHaveProperty('editing');
    expect((await other.post(action, { text: 'mine' })).status).toBe(403);
    expect((await other.post(action, { do: 'delete' })).status).toBe(403);
    expect((await other.post(`/chat/form-others/messages/${id}x`, { text: 'mine' })).status).toBe(404);
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await other.post(action, { do: 'delete' }, evil)).status).toBe(403);
  });
});
