import { describe, expect, it } from 'vitest';
import type { RoomEventData, RoomEventType } from '../../src/protocol/index.js';
import type { EventDraft } from '../../src/log/room-log.js';
import { ann, bob, type LogHouse, said } from './room-log.contract.js';

/** What every room log promises of what is done to messages, whatever it stores in. */
export function messageChangesContract(name: string, open: () => Promise<LogHouse>): void {
  describe(`${name} keeps what every room log promises of changes`, () => {
    async function house() {
      const { nodes, ...opened } = await open();
      const [{ log, rooms }] = nodes;
      const { room } = await rooms.open('lobby');
      let count = 0;
      const append = async <Type extends RoomEventType>(
        type: Type,
        data: RoomEventData<Type>,
        more: { actor?: typeof ann; clientId?: string } = {},
      ) => {
        const clientId = more.clientId ?? `client-${++count}`;
        const draft = { roomId: room.id, actor: more.actor ?? ann, clientId, type, data };
        return log.append(draft as EventDraft);
      };
      const { event } = await append('message.created', { text: 'first' });
      const close = opened[Symbol.asyncDispose];
      return { log, rooms, room, append, id: event.id, [Symbol.asyncDispose]: close };
    }

    it('shows messages as they are now, and replays them with the words they have now', async () => {
      await using lobby = await house();
      const { log, room, append, id } = lobby;
      const { event } = await append('message.edited', { id, text: 'second' });
      await append('reaction.added', { id, emoji: '👍' }, { actor: bob });
      expect(await log.messages(room.id, { limit: 10 })).toEqual([
        {
          seq: 1,
          id,
          actor: ann,
          clientId: 'client-1',
          at: expect.any(String),
          text: 'second',
          editedAt: event.at,
          deleted: false,
          changed: 2,
          reactions: [{ emoji: '👍', actor: bob, seq: 3, gone: false }],
        },
      ]);
      expect((await log.range(room.id, { limit: 10 })).map(({ type, data }) => [type, data])).toEqual([
        ['message.created', { text: 'second' }],
        ['message.edited', { id, text: 'second' }],
        ['reaction.added', { id, emoji: '👍' }],
      ]);
    });

    it('keeps a message deleted, whatever comes later or at the same time', async () => {
      await using lobby = await house();
      const { log, room, append, id } = lobby;
      await Promise.all([
        append('reaction.added', { id, emoji: '👍' }),
        append('message.edited', { id, text: 'a secret' }),
        append('message.deleted', { id }),
        append('message.edited', { id, text: 'a secret' }),
        append('reaction.added', { id, emoji: '🎉' }),
      ]);
      await append('message.edited', { id, text: 'a secret' });
      const [message] = await log.messages(room.id, { limit: 10 });
      expect(message).toMatchObject({ text: '', deleted: true, changed: 4, reactions: [] });
      expect(message).not.toHaveProperty('editedAt');
      expect(JSON.stringify(await log.range(room.id, { limit: 10 }))).not.toMatch(/secret|first/);
      expect((await log.heads([room.id])).get(room.id)?.seq).toBe(7);
    });

    it('takes many changes of one message at once, in the order they came', async () => {
      await using lobby = await house();
      const { log, room, append, id } = lobby;
      const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
      const changed = await Promise.all(texts.map((text) => append('message.edited', { id, text })));
      expect(changed.map(({ event }) => event.seq)).toEqual(texts.map((_, index) => index + 2));
      expect(await log.message(room.id, id)).toMatchObject({ text: 'text 29', changed: 31 });
    });

    it('counts a reaction once, tells since when, and when it was taken back', async () => {
      await using lobby = await house();
      const { log, room, append, id } = lobby;
      const emoji = '❤️';
      await Promise.all([
        append('reaction.added', { id, emoji }),
        append('reaction.added', { id, emoji }),
        append('reaction.added', { id, emoji }, { actor: bob }),
        append('reaction.removed', { id, emoji }),
      ]);
      expect((await log.messages(room.id, { limit: 10 }))[0]?.reactions).toEqual([
        { emoji, actor: bob, seq: 4, gone: false },
      ]);
      expect((await log.message(room.id, id))?.reactions).toEqual([
        { emoji, actor: bob, seq: 4, gone: false },
        { emoji, actor: ann, seq: 5, gone: true },
      ]);
    });

    it('refuses a change of what is not in this room, and stores nothing of it', async () => {
      await using lobby = await house();
      const { log, rooms, room, append, id } = lobby;
      const other = (await rooms.open('other')).room;
      const elsewhere = { roomId: other.id, actor: ann, clientId: 'client-x' };
      await log.append({ ...elsewhere, ...said('here') });
      const { event } = await append('message.edited', { id, text: 'second' });
      for (const change of [
        () => append('message.deleted', { id: 'nowhere' }),
        () => append('message.deleted', { id: event.id }),
        () => log.append({ ...elsewhere, clientId: 'client-y', type: 'message.deleted', data: { id } }),
      ])
        await expect(change()).rejects.toMatchObject({ code: 'not_found' });
      expect(await log.heads([room.id, other.id])).toEqual(
        new Map([
          [room.id, { epoch: room.epoch, seq: 2 }],
          [other.id, { epoch: other.epoch, seq: 1 }],
        ]),
      );
      expect(await log.message(other.id, id)).toBeNull();
    });

    it('knows a repeated change by its client id', async () => {
      await using lobby = await house();
      const { append, id } = lobby;
      const once = () => append('message.deleted', { id }, { clientId: `delete ${id}` });
      const answers = await Promise.all([once(), once(), once()]);
      expect(answers.map(({ event, dup }) => [event.seq, dup])).toEqual([
        [2, false],
        [2, true],
        [2, true],
      ]);
      expect(await once()).toEqual({ ...answers[0], dup: true });
    });

    it('turns pages of messages past whatever else happened between them', async () => {
      await using lobby = await house();
      const { log, room, append, id } = lobby;
      for (let n = 2; n <= 8; n++) {
        await append('reaction.added', { id, emoji: '👍' });
        await append('message.created', { text: `${n}` });
      }
      const page = async (query: { after?: number; before?: number }) =>
        (await log.messages(room.id, { ...query, limit: 3 })).map(({ seq }) => seq);
      expect(await page({})).toEqual([11, 13, 15]);
      expect(await page({ before: 11 })).toEqual([5, 7, 9]);
      expect(await page({ before: 3 })).toEqual([1]);
      expect(await page({ after: 0 })).toEqual([1, 3, 5]);
      expect(await page({ after: 13 })).toEqual([15]);
    });

    it('lists a room with its newest message that is still there', async () => {
      await using lobby = await house();
      const { rooms, append } = lobby;
      const { event } = await append('message.created', { text: 'regretted' });
      await append('message.deleted', { id: event.id });
      expect((await rooms.list(10))[0]?.last).toMatchObject({ text: 'first', actor: ann });
    });
  });
}
