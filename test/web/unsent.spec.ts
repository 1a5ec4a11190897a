import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChatError, type Message } from '../../src/protocol/index.js';
import { RoomLog } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { call, formOf, textOf, Visitor } from './visitor.js';

const away = () => Promise.reject(new ChatError('unavailable', 'the database does not answer', 1_000));

/** The database of a chat, to be taken away. */
class Leaves extends StorageRoomLog {
  isAway = false;

  override append(...given: Parameters<RoomLog['append']>) {
    return this.isAway ? away() : super.append(...given);
  }
  override messages(...given: Parameters<RoomLog['messages']>) {
    return this.isAway ? away() : super.messages(...given);
  }
  override heads(...given: Parameters<RoomLog['heads']>) {
    return this.isAway ? away() : super.heads(...given);
  }
}

describe('a message that is sent without a script while the database is away', () => {
  it('comes back in a form that sends it again, as the same one', async () => {
    await using chat = await startChat({ roomLog: Leaves });
    const log = chat.app.get<Leaves>(RoomLog);
    const visitor = new Visitor(chat);
    await visitor.get('/chat/away/');
    const fields = { text: 'two\r\nlines, & <more>', clientId: randomUUID() };

    log.isAway = true;
    for (let time = 0; time < 2; time++) {
      const page = await visitor.post('/chat/away/', fields);
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1']);
      expect(textOf(page)).toContain('the database does not answer');
      expect(textOf(page)).toContain('two lines, & <more>');
      expect(formOf(page, '/chat/away/')).toMatchObject({ clientId: fields.clientId });
    }

    log.isAway = false;
    expect((await visitor.post('/chat/away/', fields)).status).toBe(303);
    const { body } = await call(chat, '/api/rooms/away/messages');
    expect((body.messages as Message[]).map(({ text }) => text)).toEqual(['two\nlines, & <more>']);
  });
});
