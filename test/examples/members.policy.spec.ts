import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  ChatError,
  type Question,
  type Room,
  RoomDirectory,
  RoomPolicy,
  type User,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

/** `staff-*` is for those whose name is on the list, and does not exist for others; the newsroom is read-only. */
@Injectable()
class MembersPolicy extends RoomPolicy {
  private readonly staff = new Set(['Ann']);

  override mayCreate(user: User, name: string): void {
    this.assertMember(user, name);
  }

  override mayRead(user: User, { name }: Room): void {
    this.assertMember(user, name);
  }

  override async maySend(user: User, { name }: Room): Promise<void> {
    if (name === 'newsroom' && !this.staff.has(user.name))
      throw new ChatError('forbidden', 'news are only read');
  }

  private assertMember(user: User, name: string): void {
    if (name.startsWith('staff-') && !this.staff.has(user.name))
      throw new ChatError('not_found', 'no such room');
  }
}

const message = (room: string) => ({ room, text: 'hi', clientId: crypto.randomUUID() });

describe('a policy of one’s own', () => {
  it('keeps strangers out on every way in, as if there were no such room', async () => {
    await using chat = await startChat({ roomPolicy: MembersPolicy });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    await ann.request('message.send', message('staff-lounge'));

    for (const room of ['staff-lounge', 'staff-that-never-was']) {
      await expect(bob.request('room.join', { room })).rejects.toMatchObject({ code: 'not_found' });
      await expect(bob.request('message.send', message(room))).rejects.toMatchObject({ code: 'not_found' });
      await expect(chat.connect('Bob', { path: `/ws/chat/${room}/` })).rejects.toMatchObject({ status: 404 });
      const headers = { cookie: await chat.signIn('Bob'), accept: 'text/html' };
      for (const path of [`/chat/${room}/`, `/api/rooms/${room}/messages`])
        expect((await fetch(chat.url + path, { headers })).status).toBe(404);
    }
    await expect(ann.request('room.join', { room: 'staff-lounge' })).resolves.toMatchObject({ head: 1 });
  });

  it('lets everybody read what only some may write', async () => {
    await using chat = await startChat({ roomPolicy: MembersPolicy });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    await bob.request('room.join', { room: 'newsroom' });
    await expect(bob.request('message.send', message('newsroom'))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await ann.request('message.send', message('newsroom'));
    expect(await bob.push('message.created')).toMatchObject({ seq: 1, user: { name: 'Ann' } });
  });

  it('may open private rooms to strangers, and leads to none that is not there', async () => {
    @Injectable()
    class OpenHouse extends MembersPolicy {
      override async check(question: Question): Promise<void> {
        await super.check({ ...question, standing: 'member' });
      }
    }
    await using chat = await startChat({ roomPolicy: OpenHouse });
    const people = [{ user: { id: 'olga', name: 'Olga' }, role: 'owner' as const }];
    const { room } = await chat.app
      .get(RoomDirectory)
      .create({ kind: 'private', title: 'Den', topic: '', members: people });
    const bob = await chat.connect('Bob');
    await expect(bob.request('message.send', message(room.name))).resolves.toMatchObject({ seq: 1 });
    const nothing = `~${'a'.repeat(26)}`;
    for (const [event, data] of [
      ['room.join', { room: nothing }],
      ['message.send', message(nothing)],
      ['typing', { room: nothing }],
      ['members.list', { room: nothing }],
    ] as const)
      await expect(bob.request(event, data as never)).rejects.toMatchObject({ code: 'not_found' });
  });
});
