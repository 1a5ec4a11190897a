import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type CallHandler, type ExecutionContext, Logger, type NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { mergeMap, raceWith, Subject, throwError } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { PublicRoomPolicy } from '../../src/chat/room.policy.js';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';

Logger.overrideLogger(false);
const room = 'lobby';

/** Something of a team's around every handler, which fails, or loses patience while the handler is at work. */
class Around implements NestInterceptor {
  static fails = false;
  static readonly givesUp = new Subject<void>();

  intercept(context: ExecutionContext, next: CallHandler) {
    if (context.getType() !== 'ws') return next.handle();
    const refusal = () => throwError(() => new Error('refused behind the handler'));
    const answer = next.handle().pipe(raceWith(Around.givesUp.pipe(mergeMap(refusal))));
    return Around.fails ? answer.pipe(mergeMap(refusal)) : answer;
  }
}

/** Each question whether the room may be read waits until it is let go, while `holds`. */
class Questions extends PublicRoomPolicy {
  static holds = false;
  static readonly waiting: (() => void)[] = [];

  override mayRead(): Promise<void> {
    return new Promise((resolve) => (Questions.holds ? Questions.waiting.push(resolve) : resolve()));
  }
}

/** Lets go the question with this number, when it is there. */
async function letGo(number: number): Promise<void> {
  await expect.poll(() => Questions.waiting.length).toBeGreaterThan(number);
  Questions.waiting[number]?.();
}

async function house() {
  const chat = await startChat({
    roomPolicy: Questions,
    providers: [{ provide: APP_INTERCEPTOR, useClass: Around }],
  });
  const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
  return { chat, ann, bob, [Symbol.asyncDispose]: () => chat[Symbol.asyncDispose]() };
}

async function hears(ann: Communicator, bob: Communicator): Promise<void> {
  const { seq } = await bob.request('message.send', { room, text: 'x', clientId: randomUUID() });
  expect(await ann.push('message.created')).toMatchObject({ seq });
}

/** Whoever is being joined to a room while nobody waits for it has come to an end by then. */
async function settled(chat: RunningChat): Promise<void> {
  for (let n = 0; n < 20; n++) await turn();
  await (await fetch(`${chat.url}/api/rooms/${room}/messages`)).text();
}

beforeEach(() => {
  Around.fails = Questions.holds = false;
  Questions.waiting.length = 0;
});

describe('a member whose second join is refused behind its handler', () => {
  it('is in the room as before, and hears what is said: once, and without a hole', async () => {
    await using home = await house();
    const { ann, bob } = home;
    const { epoch, head } = await ann.request('room.join', { room });
    Around.fails = true;
    const again = ann.request('room.join', { room, epoch, after: head });
    await expect(again).rejects.toMatchObject({ code: 'internal' });
    Around.fails = false;
    await hears(ann, bob);
    await hears(ann, bob);
  });

  it('also where the handler was given up, and ends later', async () => {
    await using home = await house();
    const { ann, bob } = home;
    const { epoch, head } = await ann.request('room.join', { room });
    Questions.holds = true;
    const again = ann.request('room.join', { room, epoch, after: head });
    await expect.poll(() => Questions.waiting.length).toBe(1);
    Around.givesUp.next();
    await expect(again).rejects.toMatchObject({ code: 'internal' });
    await letGo(0);
    await letGo(1);
    Questions.holds = false;
    await settled(home.chat);
    await hears(ann, bob);
  });
});

describe('somebody whose first join is refused behind its handler', () => {
  it('is not in the room: neither shown there, nor told what is said', async () => {
    await using home = await house();
    const { ann, bob } = home;
    await bob.request('room.join', { room });
    Around.fails = true;
    await expect(ann.request('room.join', { room })).rejects.toMatchObject({ code: 'internal' });
    Around.fails = false;
    await bob.request('message.send', { room, text: 'x', clientId: randomUUID() });
    await ann.nothing();
  });

  it('is in it by the next one, whichever of them ends last', async () => {
    await using home = await house();
    const { ann, bob } = home;
    Questions.holds = true;
    const first = ann.request('room.join', { room });
    await letGo(0);
    await expect.poll(() => Questions.waiting.length).toBe(2);
    Around.givesUp.next();
    await expect(first).rejects.toMatchObject({ code: 'internal' });
    const second = ann.request('room.join', { room });
    await letGo(2);
    await letGo(3);
    await second;
    await letGo(1);
    Questions.holds = false;
    await settled(home.chat);
    await hears(ann, bob);
  });
});
