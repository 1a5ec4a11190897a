import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Storage } from '../../src/chat/storage.js';
import { RoomPages } from '../../src/chat/room.pages.js';
import { RoomDirectory } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';

describe('the page of a room', () => {
  it('shows title, topic and mute at least as new as the place where the socket goes on', async () => {
    let meanwhile = async (): Promise<unknown> => undefined;
    class Busy extends StorageRoomLog {
      override async heads(ids: string[]) {
        await meanwhile();
        return super.heads(ids);
      }
    }
    await using chat = await startChat({ roomLog: Busy });
    const ann = await chat.connect('Ann');
    const { room } = await chat.app.get(RoomDirectory).open('lobby');
    const by = { roomId: room.id, actor: { id: 'owner', name: 'Owner' } };
    const { log } = chat.app.get(Storage);
    meanwhile = async () => {
      meanwhile = async () => undefined;
      const data = { title: 'Kitchen', topic: 'soup', archived: false, slowModeSeconds: 30 };
      await log.append({ ...by, clientId: randomUUID(), type: 'room.updated', data });
      const until = '2100-01-01T00:00:00.000Z';
      const muted = { member: ann.user, until };
      await log.append({ ...by, clientId: randomUUID(), type: 'member.muted', data: muted });
    };
    const page = await chat.app.get(RoomPages).room(ann.user, 'lobby');
    expect(page.history.head).toBe(2);
    expect(page).toMatchObject({ title: 'Kitchen', topic: 'soup', slowModeSeconds: 30 });
    expect(page.mutedUntil).toBe('2100-01-01T00:00:00.000Z');
  });
});
