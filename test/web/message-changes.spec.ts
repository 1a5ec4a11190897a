import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call } from './visitor.js';

let chat: RunningChat;
let ann: Record<string, string>;
let bob: Record<string, string>;
beforeAll(async () => {
  chat = await startChat();
  ann = { cookie: await chat.signIn('Ann'), origin: chat.url };
  bob = { cookie: await chat.signIn('Bob'), origin: chat.url };
});
afterAll(() => chat.close());

/** Something that Ann has said, and its address. */
async function said(room: string) {
  const path = `/api/rooms/${room}/messages`;
  const body = { text: 'hi', clientId: randomUUID() };
  const answer = await call(chat, path, { method: 'POST', body, headers: ann });
  return { id: answer.body.id as string, path: `${path}/${String(answer.body.id)}`, list: path };
}
const emoji = encodeURIComponent('❤️');

describe('a message over HTTP', () => {
  it('is edited by PATCH, and by nobody else', async () => {
    const { path, list } = await said('patched');
    const edit = (headers: Record<string, string>, body: unknown = { text: 'hello' }) =>
      call(chat, path, { method: 'PATCH', body, headers });
    expect(await edit(bob)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await edit({})).toMatchObject({ status: 403 });
    expect(await edit(ann, { text: ' ' })).toMatchObject({ status: 400, body: { code: 'bad_schema' } });
    expect(await edit(ann)).toMatchObject({ status: 200, body: { seq: 2 } });
    expect(await edit(ann)).toMatchObject({ status: 200, body: { seq: 2, dup: true } });
    expect((await call(chat, list)).body).toMatchObject({ head: 2, messages: [{ text: 'hello' }] });
  });

  it('has reactions by PUT and DELETE', async () => {
    const { path, list } = await said('liked');
    const react = (method: string, headers: Record<string, string>, what = emoji) =>
      call(chat, `${path}/reactions/${what}`, { method, headers });
    expect(await react('PUT', bob)).toMatchObject({ status: 200, body: { seq: 2 } });
    expect(await react('PUT', bob)).toMatchObject({ body: { seq: 2, dup: true } });
    expect(await react('PUT', bob, 'nice')).toMatchObject({ status: 400, body: { code: 'bad_schema' } });
    expect((await call(chat, list)).body).toMatchObject({
      messages: [{ reactions: [{ emoji: '❤️', user: { name: 'Bob' }, seq: 2 }] }],
    });
    expect(await react('DELETE', bob)).toMatchObject({ body: { seq: 3 } });
    expect(await react('DELETE', bob)).toMatchObject({ body: { seq: 3, dup: true } });
  });

  it('is deleted by DELETE', async () => {
    const { path, list } = await said('deleted');
    const remove = (headers: Record<string, string>) => call(chat, path, { method: 'DELETE', headers });
    expect(await remove(bob)).toMatchObject({ status: 403 });
    expect(await remove(ann)).toMatchObject({ status: 200, body: { seq: 2 } });
    expect(await remove(ann)).toMatchObject({ body: { seq: 2, dup: true } });
    expect((await call(chat, list)).body).toMatchObject({ messages: [{ text: '', deleted: true }] });
    expect(await call(chat, `${path}x`, { method: 'DELETE', headers: ann })).toMatchObject({ status: 404 });
  });
});

describe('the events of a room over HTTP', () => {
  it('are all there is behind a position, in order, page by page', async () => {
    const { path, id } = await said('followed');
    await call(chat, path, { method: 'PATCH', body: { text: 'hello' }, headers: ann });
    await call(chat, `${path}/reactions/${emoji}`, { method: 'PUT', headers: bob });
    await call(chat, path, { method: 'DELETE', headers: ann });
    const page = (query: string) => call(chat, `/api/rooms/followed/events?${query}`);
    expect((await page('after=0&limit=3')).body).toMatchObject({
      head: 4,
      more: true,
      events: [
        { event: 'message.created', data: { seq: 1, id, deleted: true } },
        { event: 'message.edited', data: { seq: 2, id } },
        { event: 'reaction.added', data: { seq: 3, id, emoji: '❤️', user: { name: 'Bob' } } },
      ],
    });
    expect((await page('after=3')).body).toMatchObject({
      more: false,
      events: [{ event: 'message.deleted', data: { seq: 4, id, user: { name: 'Ann' } } }],
    });
    expect(await page('limit=3')).toMatchObject({ status: 400 });
    expect(await call(chat, '/api/rooms/never-was/events?after=0')).toMatchObject({ status: 404 });
  });
});
