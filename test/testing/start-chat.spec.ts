import { Injectable, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  type Appended,
  AuthProvider,
  ChannelLayer,
  ChatError,
  type Identity,
  MemoryChannelLayer,
  type EventDraft,
  PublicRoomPolicy,
  RoomPolicy,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { call } from '../web/visitor.js';

const message = { room: 'lobby', text: 'hi', clientId: 'abcdefgh' };

/** What keeps a process alive, once nothing of it ends any more: fetch keeps its side of a connection for a moment. */
async function handles(): Promise<string[]> {
  for (let round = 0; ; round++) {
    const kept = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
    if (kept.length === 0 || round === 1_200) return kept;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('a chat for a test', () => {
  it('is on a port of its own, knows nothing of another one, and has no limits', async () => {
    await using one = await startChat();
    await using two = await startChat();
    expect(one.url).not.toBe(two.url);
    const ann = await one.connect('Ann');
    for (let n = 0; n < 50; n++) await ann.request('message.send', { ...message, clientId: `message-${n}` });
    expect((await call(two, '/api/rooms')).body).toEqual({ rooms: [] });
  });

  it('closes all that it opened: nothing keeps the process alive', async () => {
    const chat = await startChat();
    const clients = [await chat.connect('Ann'), await chat.connect(), await chat.connect('Bob')];
    for (const client of clients) await client.request('room.join', { room: 'lobby' });
    await clients[0]?.request('message.send', message);
    await fetch(`${chat.url}/chat/lobby/`).then((page) => page.text());
    clients[1]?.terminate();
    expect(process.getActiveResourcesInfo()).toContain('TCPServerWrap');
    await chat.close();
    for (const client of clients) await client.closed;
    expect(await handles()).toEqual([]);
    await expect(fetch(chat.url)).rejects.toThrow();
  });

  it('may be closed twice', async () => {
    await using chat = await startChat();
    await chat.connect();
    await chat.close();
  });

  it('says why it cannot start', async () => {
    await expect(startChat({ env: { DATABASE_URL: 'sqlite:/dev/null/no.db' } })).rejects.toThrow();
  });
});

describe('what a test replaces', () => {
  it('is who people are', async () => {
    class Everybody extends AuthProvider {
      override async identify(): Promise<Identity> {
        return { user: { id: 'ann', name: 'Ann of the directory' }, sessionId: 's' };
      }
      override async createGuest(): Promise<Identity> {
        return this.identify();
      }
      override async rename(): Promise<Identity> {
        throw new ChatError('forbidden', 'ask the directory');
      }
    }
    await using chat = await startChat({ authProvider: Everybody });
    expect((await chat.connect()).user).toEqual({ id: 'ann', name: 'Ann of the directory' });
    expect((await call(chat, '/api/me')).body).toEqual({ user: { id: 'ann', name: 'Ann of the directory' } });
    expect(chat.app.get(AuthProvider)).toBeInstanceOf(Everybody);
  });

  it('is how processes talk', async () => {
    const said: string[] = [];
    class Overheard extends MemoryChannelLayer {
      override async groupSend(...[group, body]: Parameters<ChannelLayer['groupSend']>): Promise<void> {
        said.push(body.type);
        await super.groupSend(group, body);
      }
    }
    await using chat = await startChat({ channelLayer: Overheard });
    const ann = await chat.connect();
    await ann.request('message.send', message);
    expect(said).toContain('chat.event');
  });

  it('is not told what it says would reach nobody', async () => {
    const said: string[] = [];
    class Alone extends MemoryChannelLayer {
      override reachesOthers(): boolean {
        return false;
      }
      override async groupSend(...[group, body]: Parameters<ChannelLayer['groupSend']>): Promise<void> {
        said.push(body.type);
        await super.groupSend(group, body);
      }
    }
    await using chat = await startChat({ channelLayer: Alone });
    const ann = await chat.connect(undefined, { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message);
    expect((await ann.push('message.created')).text).toBe('hi');
    expect(said).toEqual([]);
  });

  it('is where the log is, built with its own dependencies', async () => {
    class Shouting extends StorageRoomLog {
      override append(draft: EventDraft): Promise<Appended> {
        if (draft.type !== 'message.created') return super.append(draft);
        const data = { ...draft.data, text: draft.data.text.toUpperCase() };
        return super.append({ ...draft, data });
      }
    }
    await using chat = await startChat({ roomLog: Shouting });
    const ann = await chat.connect(undefined, { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message);
    expect((await ann.push('message.created')).text).toBe('HI');
  });

  it('is who may do what', async () => {
    class Locked extends PublicRoomPolicy {
      override maySend(): void {
        throw new ChatError('forbidden', 'read only');
      }
    }
    await using chat = await startChat({ roomPolicy: Locked });
    const ann = await chat.connect();
    await expect(ann.request('message.send', message)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is any provider, and modules, controllers and providers besides', async () => {
    @Injectable()
    class Clock {
      now = () => 'now';
    }
    @Module({ providers: [Clock], exports: [Clock] })
    class ClockModule {}
    await using chat = await startChat({
      imports: [ClockModule],
      override: (builder) =>
        builder
          .overrideProvider(Clock)
          .useValue({ now: () => 'frozen' })
          .overrideProvider(RoomPolicy)
          .useValue({
            mayCreate: () => {
              throw new ChatError('forbidden', 'no rooms today');
            },
          }),
    });
    expect(chat.app.get(Clock).now()).toBe('frozen');
    expect((await call(chat, '/api/rooms', { method: 'POST', body: { name: 'x' } })).status).toBe(403);
  });
});
