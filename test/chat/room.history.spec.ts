import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RoomService } from '../../src/chat/room.service.js';
import { RoomLog, type User } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { Gate } from './doubtful.layer.js';
import { name, room, storeElsewhere } from './live-rooms.house.js';

describe('who is banned while what was said is looked up', () => {
  it.each(['history', 'events'] as const)(
    'gets nothing of the %s that was said behind that',
    async (what) => {
      const reading = new Gate();
      class Slow extends StorageRoomLog {
        override async heads(ids: string[]) {
          await reading.pass();
          return super.heads(ids);
        }
      }
      await using chat = await startChat({ roomLog: Slow });
      const { id: roomId } = await room(chat);
      const [member, actor] = ['mallory', 'ann'].map((id) => ({ id, name: id })) as [User, User];
      const asked = chat.app.get(RoomService)[what](member, name, { after: 0, limit: 50 });
      await reading.reached;
      const banned = { type: 'member.banned' as const, data: { member } };
      await chat.app.get(RoomLog).append({ roomId, actor, clientId: randomUUID(), ...banned });
      await storeElsewhere(chat, 'without her');
      reading.open();
      await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
    },
  );
});
