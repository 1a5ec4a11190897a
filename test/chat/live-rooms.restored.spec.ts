import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { LiveRooms } from '../../src/chat/live-rooms.js';
import { Storage } from '../../src/chat/storage.js';
import { unavailable } from '../../src/database/unavailable.js';
import { RoomLog } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { Doubts, OtherNode } from './doubtful.layer.js';
import { join, name, room, storeElsewhere, texts } from './live-rooms.house.js';

describe('a log that went back behind what was delivered', () => {
  /** As a backup does that is restored under a running server: what came after `head` is not there any more. */
  async function restore(chat: RunningChat, head: number): Promise<void> {
    const { kysely } = chat.app.get(Storage).database;
    const { id } = await room(chat);
    await kysely.deleteFrom('event').where('room_id', '=', id).where('seq', '>', head).execute();
    await kysely.updateTable('room').set({ head }).where('id', '=', id).execute();
  }

  async function house(roomLog: Type<RoomLog> = StorageRoomLog) {
    const doubts = new Doubts();
    const chat = await startChat({ channelLayer: doubts.layer(), roomLog });
    const [ann, bob] = [await chat.connect(), await chat.connect()];
    for (const client of [ann, bob]) await join(chat, client);
    for (const text of ['one', 'two', 'three'])
      await ann.request('message.send', { room: name, text, clientId: randomUUID() });
    expect(await texts(bob, 3)).toEqual(['one', 'two', 'three']);
    return {
      doubts,
      chat,
      ann,
      bob,
      epoch: (await room(chat)).epoch,
      [Symbol.asyncDispose]: () => chat.close(),
    };
  }

  it('sends everybody away, and tells them to reload when they come back', async () => {
    await using lobby = await house();
    const { doubts, chat, ann, bob, epoch } = lobby;
    await restore(chat, 1);
    doubts.discontinuity.next('missed');
    for (const client of [ann, bob]) expect(await client.closed).toMatchObject({ code: 4003 });
    const again = await chat.connect();
    const joined = await again.request('room.join', { room: name, epoch, after: 3 });
    expect(joined).toMatchObject({ head: 1, recovered: false });
    expect(joined.epoch).not.toBe(epoch);
    const carol = await chat.connect();
    await carol.request('message.send', { room: name, text: 'another two', clientId: randomUUID() });
    expect(await again.push('message.created')).toMatchObject({ seq: 2, text: 'another two' });
  });

  it('is noticed at once where another message gets the place of one that was delivered', async () => {
    let isBlind = false;
    class Blind extends StorageRoomLog {
      override heads(ids: string[]) {
        return isBlind ? Promise.reject(new Error('not now')) : super.heads(ids);
      }
    }
    await using lobby = await house(Blind);
    const { chat, ann, bob, epoch } = lobby;
    await restore(chat, 1);
    isBlind = true;
    const carol = await chat.connect();
    const text = 'another two';
    const sent = await carol.request('message.send', { room: name, text, clientId: randomUUID() });
    expect(sent).toMatchObject({ seq: 2 });
    for (const client of [ann, bob]) expect(await client.closed).toMatchObject({ code: 4003 });
    isBlind = false;
    expect((await carol.request('room.join', { room: name })).epoch).not.toBe(epoch);
  });

  it('is noticed where the message that lost its place is all that those who are here know of it', async () => {
    await using lobby = await house();
    const { doubts, chat, ann, bob, epoch } = lobby;
    await using other = new OtherNode(doubts);
    for (const client of [ann, bob]) await client.request('room.leave', { room: name });
    await bob.request('room.join', { room: name, epoch, after: 3 });
    await restore(chat, 2);
    await other.say(await storeElsewhere(chat, 'another three'));
    await other.say(await storeElsewhere(chat, 'four'));
    expect(await Promise.race([bob.closed, bob.push('message.created')])).toMatchObject({ code: 4003 });
  });

  it('is noticed where it has grown beyond its old place before anybody looked', async () => {
    await using lobby = await house();
    const { doubts, chat, ann, bob } = lobby;
    await restore(chat, 1);
    for (const text of ['another two', 'another three', 'four']) await storeElsewhere(chat, text);
    doubts.discontinuity.next('missed');
    for (const client of [ann, bob])
      expect(
        await Promise.race([client.closed, client.push('message.created', ({ seq }) => seq > 3)]),
      ).toMatchObject({
        code: 4003,
      });
  });

  it('is one with another epoch to whoever enters, though this node has not looked yet', async () => {
    await using lobby = await house();
    const { chat, ann, bob, epoch } = lobby;
    await chat.app.get(RoomLog).renew((await room(chat)).id, epoch);
    const carol = await chat.connect();
    const joined = await carol.request('room.join', { room: name, epoch, after: 3 });
    expect(joined).toMatchObject({ head: 3, recovered: false });
    expect(joined.epoch).not.toBe(epoch);
    for (const client of [ann, bob]) expect(await client.closed).toMatchObject({ code: 4003 });
  });

  it('is noticed by whoever was entering just then', async () => {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isHeld = false;
    class Held extends StorageRoomLog {
      override async heads(ids: string[]) {
        if (isHeld) {
          isHeld = false;
          reached.resolve();
          await released.promise;
        }
        return super.heads(ids);
      }
    }
    await using lobby = await house(Held);
    const { chat, epoch } = lobby;
    const [carol, dave] = [await chat.connect(), await chat.connect()];
    isHeld = true;
    const joining = carol.request('room.join', { room: name, epoch, after: 4 });
    await reached.promise;
    await chat.app.get(RoomLog).renew((await room(chat)).id, epoch);
    await dave.request('room.join', { room: name });
    released.resolve();
    await joining;
    expect(await carol.closed).toMatchObject({ code: 4003 });
  });

  describe('on a server that only reads', () => {
    let onlyReads = false;
    class Standby extends StorageRoomLog {
      override renew(id: string, epoch: string) {
        return onlyReads ? Promise.reject(unavailable('it only reads')) : super.renew(id, epoch);
      }
    }

    /** What was said there after the promotion stands in the places of what was lost. */
    async function standby() {
      const lobby = await house(Standby);
      onlyReads = true;
      await restore(lobby.chat, 1);
      lobby.doubts.discontinuity.next('missed');
      for (const client of [lobby.ann, lobby.bob]) expect(await client.closed).toMatchObject({ code: 4003 });
      for (const text of ['another two', 'another three', 'four']) await storeElsewhere(lobby.chat, text);
      return { ...lobby, position: { room: name, epoch: lobby.epoch, after: 3 } };
    }

    it('lets nobody go on in it until it has another epoch', async () => {
      await using lobby = await standby();
      const { chat, epoch, position } = lobby;
      const again = await chat.connect();
      await expect(again.request('room.join', position)).rejects.toMatchObject({ code: 'unavailable' });
      onlyReads = false;
      const joined = await again.request('room.join', position);
      expect(joined).toMatchObject({ head: 4, recovered: false });
      expect(joined.epoch).not.toBe(epoch);
    });

    it('is given another epoch as soon as that can be written, though nobody comes', async () => {
      await using lobby = await standby();
      const { chat, doubts, epoch } = lobby;
      onlyReads = false;
      doubts.discontinuity.next('missed');
      await expect.poll(async () => (await room(chat)).epoch).not.toBe(epoch);
    });
  });

  it.each(['others are in', 'nobody is in'])(
    'is entered with the epoch that it has by now, by who read it before, where %s',
    async (where) => {
      await using lobby = await house();
      const { chat, ann, bob, epoch } = lobby;
      if (where === 'nobody is in')
        for (const client of [ann, bob]) await client.request('room.leave', { room: name });
      const live = await chat.app.get(LiveRooms).enter({ ...(await room(chat)), epoch: 'before' });
      expect(live.room.epoch).toBe(epoch);
      if (where === 'nobody is in') return;
      await ann.request('message.send', { room: name, text: 'still here', clientId: randomUUID() });
      expect(await texts(bob, 1)).toEqual(['still here']);
    },
  );

  it('may be gone altogether', async () => {
    await using lobby = await house();
    const { doubts, chat, ann } = lobby;
    const { id } = await room(chat);
    await restore(chat, 0);
    await chat.app.get(Storage).database.kysely.deleteFrom('standing').where('room_id', '=', id).execute();
    await chat.app.get(Storage).database.kysely.deleteFrom('room').where('id', '=', id).execute();
    doubts.discontinuity.next('missed');
    expect(await ann.closed).toMatchObject({ code: 4003 });
    const carol = await chat.connect();
    expect(await carol.request('room.join', { room: name })).toMatchObject({ head: 0 });
  });
});
