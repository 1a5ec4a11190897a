import { randomUUID } from 'node:crypto';
import { RoomDirectory, type RoomEvent, RoomLog } from '../../src/index.js';
import type { Communicator, RunningChat } from '../../src/testing/index.js';

export const name = 'lobby';

export async function room(chat: RunningChat) {
  return (await chat.app.get(RoomDirectory).open(name)).room;
}

/** Stored by a process that is not this one. */
export async function storeElsewhere(chat: RunningChat, text: string): Promise<RoomEvent> {
  const actor = { id: 'elsewhere', name: 'Elsewhere' };
  const said = { type: 'message.created' as const, data: { text } };
  const draft = { roomId: (await room(chat)).id, actor, clientId: randomUUID(), ...said };
  return (await chat.app.get(RoomLog).append(draft)).event;
}

export async function texts(client: Communicator, count: number): Promise<string[]> {
  const all: string[] = [];
  for (let n = 0; n < count; n++) all.push((await client.push('message.created')).text);
  return all;
}

/** Joins as somebody whose page shows an empty room. */
export async function join(chat: RunningChat, client: Communicator) {
  return client.request('room.join', { room: name, epoch: (await room(chat)).epoch, after: 0 });
}
