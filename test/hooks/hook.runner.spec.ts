import { Injectable, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  ChatError,
  type Draft,
  type Message,
  MessageHook,
  type MessageHooks,
  type User,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

const message = (text: string, clientId: string = crypto.randomUUID()) => ({ room: 'lobby', text, clientId });

/** A hook that writes down what it saw, under a name. */
function recorder(log: string[], name: string, order?: number) {
  @Injectable()
  @MessageHook({ order: order ?? 0 })
  class Recorder implements MessageHooks {
    beforeStore(draft: Draft): Draft {
      log.push(`${name} before ${draft.text}`);
      return { ...draft, text: `${draft.text}${name}` };
    }

    afterStore({ text }: Message): void {
      log.push(`${name} after ${text}`);
    }
  }
  return Recorder;
}

describe('hooks', () => {
  it('run by their order, in whatever module and whatever order they are declared', async () => {
    const log: string[] = [];
    @Module({ providers: [recorder(log, 'c', 10), recorder(log, 'a', -5)] })
    class Moderation {}
    await using chat = await startChat({ imports: [Moderation], providers: [recorder(log, 'b', 1)] });
    const ann = await chat.connect();
    await ann.request('message.send', message('-'));
    expect(log.slice(0, 3)).toEqual(['a before -', 'b before -a', 'c before -ab']);
    expect(log.slice(3).sort()).toEqual(['a after -abc', 'b after -abc', 'c after -abc']);
  });

  it('see who wrote, where, and what it answers', async () => {
    const seen: unknown[] = [];
    @MessageHook({ order: 1 })
    class Witness implements MessageHooks {
      beforeStore(draft: Draft, author: User): Draft {
        seen.push(draft, author);
        return draft;
      }

      afterStore(stored: Message): void {
        seen.push(stored);
      }
    }
    await using chat = await startChat({ providers: [Witness] });
    const ann = await chat.connect('Ann');
    const sent = { ...message('hi'), replyTo: 'another' };
    const reply = await ann.request('message.send', sent);
    const { clientId, ...draft } = sent;
    expect(seen).toEqual([draft, ann.user, { ...draft, ...reply, clientId, user: ann.user }]);
  });

  it('that refuse keep the message out, and those after them are not asked', async () => {
    const log: string[] = [];
    @MessageHook({ order: 1 })
    class Refusing implements MessageHooks {
      async beforeStore(draft: Draft): Promise<Draft> {
        if (draft.text === 'spam') throw new ChatError('forbidden', 'no spam', 1_000);
        return draft;
      }
    }
    await using chat = await startChat({ providers: [recorder(log, 'z', 2), Refusing] });
    const ann = await chat.connect(undefined, { path: '/ws/chat/lobby/' });
    const refused = ann.request('message.send', message('spam'));
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', retryAfterMs: 1_000 });
    expect(log).toEqual([]);
    expect(await ann.request('message.send', message('ham'))).toMatchObject({ seq: 1 });
    expect((await ann.push('message.created')).text).toBe('hamz');
  });

  it('are heard before, and not again after, where a message is only repeated', async () => {
    const log: string[] = [];
    await using chat = await startChat({ providers: [recorder(log, 'x')] });
    const ann = await chat.connect();
    const once = message('once', 'the-same-id');
    await ann.request('message.send', once);
    expect(await ann.request('message.send', once)).toMatchObject({ dup: true });
    expect(log.filter((line) => line.includes('after'))).toEqual(['x after oncex']);
  });

  it('that only watch keep nobody waiting', async () => {
    @MessageHook({ order: 1 })
    class Slow implements MessageHooks {
      afterStore(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    await using chat = await startChat({ providers: [Slow] });
    const ann = await chat.connect();
    for (let n = 1; n <= 3; n++)
      expect(await ann.request('message.send', message('hi'))).toMatchObject({ seq: n });
  });

  it('may leave the draft as it is by returning nothing', async () => {
    @MessageHook({ order: 1 })
    class Counting {
      beforeStore(): void {}
    }
    await using chat = await startChat({ providers: [Counting] });
    const ann = await chat.connect(undefined, { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message('as it is'));
    expect((await ann.push('message.created')).text).toBe('as it is');
  });

  it('hear every way in: the socket, the plain dialect, HTTP and the page', async () => {
    const log: string[] = [];
    await using chat = await startChat({ providers: [recorder(log, '!')] });
    const ann = await chat.connect();
    await ann.request('message.send', message('socket'));
    const page = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });
    page.say('plain');
    await page.next();
    const { room: _room, ...draft } = message('http');
    const body = JSON.stringify(draft);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${chat.url}/api/rooms/lobby/messages`, { method: 'POST', headers, body });
    const form = new URLSearchParams({ text: 'form', clientId: crypto.randomUUID() });
    await fetch(`${chat.url}/chat/lobby/`, { method: 'POST', body: form, redirect: 'manual' });
    const before = log.filter((line) => line.includes('before'));
    expect(before).toEqual(['socket', 'plain', 'http', 'form'].map((text) => `! before ${text}`));
  });
});
