import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { MessageService } from '../../src/chat/message.service.js';
import { Storage } from '../../src/chat/storage.js';
import { RoomLog } from '../../src/index.js';
import type { User } from '../../src/protocol/index.js';
import { startChat } from '../../src/testing/index.js';
import { name, room } from './live-rooms.house.js';

const FAR = '2099-01-01T00:00:00.000Z';

it('A ban holds behind a failover that lost a change of rights, whatever was known of rights before', async () => {
  await using chat = await startChat();
  const { id: roomId, rights } = await room(chat);
  const [mod, mallory, bob] = ['mod', 'mallory', 'bob'].map((id) => ({ id, name: id })) as [User, User, User];
  const change = (type: 'member.muted' | 'member.banned', member: User) =>
    chat.app
      .get(RoomLog)
      .append({ roomId, actor: mod, clientId: randomUUID(), type, data: { member, until: FAR } });
  const send = (text: string) =>
    chat.app.get(MessageService).send(mallory, name, { text, clientId: randomUUID() });
  await change('member.muted', bob);
  await send('hi');

  const { kysely } = chat.app.get(Storage).database;
  await kysely.deleteFrom('event').where('room_id', '=', roomId).execute();
  await kysely.deleteFrom('standing').where('room_id', '=', roomId).execute();
  await kysely.updateTable('room').set({ head: 0, rights }).where('id', '=', roomId).execute();

  await change('member.banned', mallory);
  await expect(send('still here')).rejects.toMatchObject({ code: 'forbidden' });
});
