import { Injectable } from '@nestjs/common';
import { ConnectedSocket, SubscribeMessage } from '@nestjs/websockets';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChatError,
  ChatGateway,
  type Connection,
  type Draft,
  MessageHook,
  type MessageHooks,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

const message = () => ({ room: 'lobby', text: 'x', clientId: crypto.randomUUID() });

/** What would end a process. */
const fatal: unknown[] = [];
const record = (error: unknown) => void fatal.push(error);
beforeEach(() => {
  fatal.length = 0;
  process.on('uncaughtException', record).on('unhandledRejection', record);
});
afterEach(() => {
  process.off('uncaughtException', record).off('unhandledRejection', record);
});

async function settled(): Promise<void> {
  // rxjs and Node report what nobody caught in later turns.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(fatal).toEqual([]);
}

function thrower(way: 'throws' | 'rejects'): () => Promise<void> | void {
  return way === 'throws'
    ? () => {
        throw new Error('a fault with a secret in it');
      }
    : () => Promise.reject(new Error('a fault with a secret in it'));
}

describe.each(['throws', 'rejects'] as const)('a gateway that %s', (way) => {
  const fail = thrower(way);

  it('in handleConnection closes that one socket with 1011', async () => {
    let broken = true;
    @ChatGateway()
    class Faulty {
      handleConnection(): Promise<void> | void {
        if (broken) return fail();
      }
    }
    await using chat = await startChat({ providers: [Faulty] });
    const first = await chat.connect();
    expect(await first.closed).toMatchObject({ code: 1011 });
    broken = false;
    const second = await chat.connect();
    await second.nothing();
    await settled();
  });

  it('in handleDisconnect leaves everybody else alone', async () => {
    @ChatGateway()
    class Faulty {
      handleDisconnect(): Promise<void> | void {
        return fail();
      }
    }
    await using chat = await startChat({ providers: [Faulty] });
    const [ann, bob] = [await chat.connect(), await chat.connect()];
    await ann.close();
    await bob.nothing();
    await settled();
  });

  it('in a handler answers internal, and says no more', async () => {
    @ChatGateway()
    class Faulty {
      @SubscribeMessage('faulty')
      faulty(): Promise<void> | void {
        return fail();
      }
    }
    await using chat = await startChat({ providers: [Faulty] });
    const ann = await chat.connect();
    const refusal = await ann.request('faulty').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'internal', message: 'internal: internal error' });
    await ann.nothing();
    await settled();
  });

  it('in a hook before storing refuses the message, and the next one is stored', async () => {
    let broken = true;
    @Injectable()
    @MessageHook({ order: 1 })
    class Faulty implements MessageHooks {
      async beforeStore(draft: Draft): Promise<Draft> {
        if (broken) await fail();
        return draft;
      }
    }
    await using chat = await startChat({ providers: [Faulty] });
    const ann = await chat.connect();
    await expect(ann.request('message.send', message())).rejects.toMatchObject({ code: 'internal' });
    broken = false;
    expect(await ann.request('message.send', message())).toMatchObject({ seq: 1 });
    await settled();
  });

  it('in a hook after storing changes nothing', async () => {
    @Injectable()
    @MessageHook({ order: 1 })
    class Faulty implements MessageHooks {
      afterStore(): Promise<void> | void {
        return fail();
      }
    }
    await using chat = await startChat({ providers: [Faulty] });
    const ann = await chat.connect();
    expect(await ann.request('message.send', message())).toMatchObject({ seq: 1 });
    await settled();
  });
});

describe('a gateway of another module', () => {
  it('answers its own events on the same socket, one after another', async () => {
    const order: string[] = [];
    @ChatGateway()
    class Polls {
      @SubscribeMessage('poll.slow')
      async slow(): Promise<string> {
        await new Promise((resolve) => setTimeout(resolve, 30));
        order.push('slow');
        return 'slow';
      }

      @SubscribeMessage('poll.fast')
      fast(@ConnectedSocket() connection: Connection): { you: string } {
        order.push('fast');
        return { you: connection.user.name };
      }

      @SubscribeMessage('poll.stream')
      stream() {
        return of(1, 2, 3);
      }
    }
    await using chat = await startChat({ providers: [Polls] });
    const ann = await chat.connect('Ann');
    const answers = [ann.request('poll.slow'), ann.request('poll.fast'), ann.request('poll.stream')];
    expect(await Promise.all(answers)).toEqual(['slow', { you: 'Ann' }, 3]);
    expect(order).toEqual(['slow', 'fast']);
  });

  it('makes frames wait for an asynchronous handleConnection', async () => {
    let ready = false;
    @ChatGateway()
    class Slow {
      async handleConnection(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ready = true;
      }

      @SubscribeMessage('ready')
      isReady(): boolean {
        return ready;
      }
    }
    await using chat = await startChat({ providers: [Slow] });
    expect(await (await chat.connect()).request('ready')).toBe(true);
  });

  it('fails at start where it takes a name that is taken', async () => {
    @ChatGateway()
    class Thief {
      @SubscribeMessage('message.send')
      steal(): void {}
    }
    await expect(startChat({ providers: [Thief] })).rejects.toThrow(/"message.send" has two handlers/);
  });
});

describe('hooks', () => {
  it('run in their order, change the draft, and may refuse it', async () => {
    @MessageHook({ order: 2 })
    class Second implements MessageHooks {
      beforeStore(draft: Draft): Draft {
        if (draft.text.includes('spam')) throw new ChatError('forbidden', 'no spam here');
        return { ...draft, text: `${draft.text}2` };
      }
    }
    @MessageHook({ order: 1 })
    class First implements MessageHooks {
      beforeStore(draft: Draft): Draft {
        return { ...draft, text: `${draft.text}1` };
      }
    }
    await using chat = await startChat({ providers: [Second, First] });
    const ann = await chat.connect();
    await ann.request('room.join', { room: 'lobby' });
    await ann.request('message.send', message());
    expect(await ann.push('message.created')).toMatchObject({ text: 'x12' });
    const spam = ann.request('message.send', { ...message(), text: 'spam' });
    await expect(spam).rejects.toMatchObject({ code: 'forbidden', message: 'forbidden: no spam here' });
  });
});
