import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  ChatError,
  type Draft,
  MessageHook,
  type MessageHooks,
  RoomDirectory,
  RoomLog,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { Doubts, OtherNode } from '../chat/doubtful.layer.js';
import { handshakeStatus } from '../support/raw-socket.js';
import { call } from '../web/visitor.js';
import { adminUrl, scrape } from './metrics.house.js';

const env = { ADMIN_PORT: 0 };
const room = 'lobby';
const draft = () => ({ room, text: 'x', clientId: randomUUID() });

describe('who watches a server', () => {
  it('sees sockets, rooms and messages as they are now', async () => {
    await using chat = await startChat({ env });
    expect((await scrape(chat)).of('chat_connections')).toBe(0);
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    await ann.request('room.join', { room });
    await bob.request('room.join', { room: 'another' });
    const sent = draft();
    for (const each of [sent, sent, draft()]) await ann.request('message.send', each);

    const now = await scrape(chat);
    expect(now.of('chat_connections')).toBe(2);
    expect(now.of('chat_rooms_live')).toBe(2);
    expect(now.of('chat_messages_stored_total')).toBe(2);
    expect(now.of('chat_messages_repeated_total')).toBe(1);
    expect(now.of('chat_appends_waiting')).toBe(0);
    expect(now.of('chat_append_batch_size_sum')).toBe(3);
    expect(now.of('chat_append_seconds_count')).toBe(now.of('chat_append_batch_size_count'));
    expect(now.of('chat_channel_layer_ready')).toBe(1);
    expect(now.of('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    for (const name of ['mean', 'p99', 'max'])
      expect(now.of(`nodejs_eventloop_lag_${name}_seconds`)).toBeGreaterThanOrEqual(0);
  });

  it('sees what was refused, by code, and how sockets were closed', async () => {
    await using chat = await startChat({ env });
    const ann = await chat.connect();
    await expect(ann.request('nobody.knows', {})).rejects.toMatchObject({ code: 'unknown_type' });
    for (let n = 0; n < 2; n++)
      await expect(ann.request('room.join', { room: '' })).rejects.toMatchObject({ code: 'bad_room' });
    expect(await handshakeStatus(chat.url, '/ws/elsewhere')).toBe(404);
    expect(await handshakeStatus(chat.url, '/ws/chat/', { Origin: 'https://evil.example' })).toBe(403);
    expect((await call(chat, '/api/nowhere')).status).toBe(404);
    await ann.close(4321);
    const bob = await chat.connect();
    await bob.close();

    await expect.poll(async () => (await scrape(chat)).of('chat_connections')).toBe(0);
    const { of } = await scrape(chat);
    expect(of('chat_requests_refused_total{code="unknown_type"}')).toBe(1);
    expect(of('chat_requests_refused_total{code="bad_room"}')).toBe(2);
    expect(of('chat_handshakes_refused_total{code="not_found"}')).toBe(1);
    expect(of('chat_handshakes_refused_total{code="forbidden"}')).toBe(1);
    expect(of('chat_http_refused_total{code="not_found"}')).toBe(1);
    expect(of('chat_connections_closed_total{code="1000"}')).toBe(1);
    // What a peer makes up is not a label of its own.
    expect(of('chat_connections_closed_total{code="other"}')).toBe(1);
  });

  it('sees gaps, clients that had to reload, and other processes out of reach', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ env, channelLayer: doubts.layer() });
    const ann = await chat.connect();
    await ann.request('room.join', { room });
    const { room: stored } = await chat.app.get(RoomDirectory).open(room);
    const actor = { id: 'elsewhere', name: 'Elsewhere' };
    const append = () =>
      chat.app.get(RoomLog).append({
        roomId: stored.id,
        actor,
        clientId: randomUUID(),
        type: 'message.created',
        data: { text: 'x' },
      });
    await append();
    await other.say((await append()).event);
    for (const seq of [1, 2]) expect((await ann.push('message.created')).seq).toBe(seq);
    expect(await ann.request('room.join', { room, epoch: 'another', after: 1 })).toMatchObject({
      recovered: false,
    });
    doubts.health.next('degraded');

    const { of } = await scrape(chat);
    expect(of('chat_feed_reads_total')).toBe(1);
    expect(of('chat_resyncs_total')).toBe(1);
    expect(of('chat_channel_layer_ready')).toBe(0);
  });

  it('sees health with numbers', async () => {
    await using chat = await startChat({ env });
    await chat.connect();
    const response = await fetch(`${adminUrl(chat)}/health`);
    expect(response.status).toBe(200);
    const up = { status: 'up', database: 'up', channelLayer: 'ready', draining: false, connections: 1 };
    expect(await response.json()).toMatchObject(up);
  });
});

describe('what is watched', () => {
  @Injectable()
  @MessageHook()
  class Strict implements MessageHooks {
    beforeStore(draft: Draft): Draft {
      if (draft.text.includes('refuse')) throw new ChatError('forbidden', `canary ${draft.text}`);
      return draft;
    }
  }

  it('names no room, no person, no message, no token, and nothing that a client made up', async () => {
    await using chat = await startChat({ env, providers: [Strict] });
    const cookie = await chat.signIn('Canary Ann');
    const ann = await chat.connect(undefined, { headers: { cookie, origin: chat.url } });
    await ann.request('room.join', { room: 'canary_room' });
    for (const text of ['canary text', 'canary refuse']) {
      const sent = ann.request('message.send', { room: 'canary_room', text, clientId: randomUUID() });
      await sent.catch(() => undefined);
    }
    await ann.request('canary.event', { canary: 'canary' }).catch(() => undefined);
    await ann.request('room.join', { room: 'canary room' }).catch(() => undefined);
    await handshakeStatus(chat.url, '/ws/canary?token=canary', { Cookie: 'canary=canary' });
    await call(chat, '/api/canary?canary=canary', { headers: { 'user-agent': 'canary' } });
    await fetch(`${adminUrl(chat)}/canary?canary`);
    await ann.close(4999);
    const { text } = await scrape(chat);
    const health = await (await fetch(`${adminUrl(chat)}/health`)).text();
    const token = cookie.replace(/^[^=]*=/, '').slice(0, 20);
    for (const secret of ['canary', token, ann.user.id]) {
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
      expect(health.toLowerCase()).not.toContain(secret.toLowerCase());
    }
    const labels = new Set([...text.matchAll(/[{,](\w+)=/g)].map(([, label]) => label));
    expect([...labels].sort()).toEqual(['code', 'le']);
  });

  it('is told on the operator’s port alone, and only by reading', async () => {
    await using chat = await startChat({ env });
    expect((await call(chat, '/metrics')).status).toBe(404);
    for (const path of ['/', '/metrics/x', '/health/ready', '/chat/'])
      expect((await fetch(adminUrl(chat) + path)).status).toBe(404);
    for (const path of ['/metrics', '/health'])
      expect((await fetch(adminUrl(chat) + path, { method: 'POST' })).status).toBe(405);
  });

  it('is told nowhere where no port was given', async () => {
    await using chat = await startChat();
    expect(adminUrl(chat)).toContain('undefined');
    expect((await call(chat, '/metrics')).status).toBe(404);
  });
});
