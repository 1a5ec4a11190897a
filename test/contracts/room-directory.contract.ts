import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/log/room-log.js';
import { ann, bob, type LogHouse, said } from './room-log.contract.js';

/** What every directory of rooms promises, beside whatever log. */
export function roomDirectoryContract(name: string, open: () => Promise<LogHouse>): void {
  describe(`${name} keeps what every directory of rooms promises`, () => {
    async function house() {
      const { nodes, ...opened } = await open();
      const [here, there] = nodes;
      const { room } = await here.rooms.open('lobby');
      const draft = (clientId: string, more: Partial<EventDraft> = {}) =>
        ({ roomId: room.id, actor: ann, clientId, ...said(`text of ${clientId}`), ...more }) as EventDraft;
      const close = opened[Symbol.asyncDispose];
      return { here, there, room, draft, [Symbol.asyncDispose]: close };
    }

    it('opens one room where many ask for the same name at once', async () => {
      await using lobby = await house();
      const { here, there } = lobby;
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? here : there).rooms.open('café')),
      );
      expect(asked.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(asked.map(({ room }) => room.id)).size).toBe(1);
      expect(await there.rooms.find('café')).toEqual(asked[0]?.room);
      expect(asked[0]?.room).toMatchObject({ name: 'café', title: 'café', topic: '', head: 0 });
      expect(asked[0]?.room.epoch).not.toBe(lobby.room.epoch);
    });

    it('holds room names apart that differ in a single code point', async () => {
      await using lobby = await house();
      const { rooms } = lobby.here;
      const names = ['Lobby', 'LOBBY', 'löbby', 'lob_by', 'lob-by', 'ﬁ', 'fi', 'ß', 'ss'];
      const opened = await Promise.all(names.map((name) => rooms.open(name, `Title of ${name}`)));
      expect(opened.every(({ created }) => created)).toBe(true);
      for (const name of names) expect((await rooms.find(name))?.title).toBe(`Title of ${name}`);
      expect(await rooms.find('lobb')).toBeNull();
      expect(await rooms.find('lob%')).toBeNull();
    });

    it('lists rooms by their newest activity, each with its last message', async () => {
      await using lobby = await house();
      const { here, there, draft, room } = lobby;
      const quiet = (await here.rooms.open('quiet')).room;
      const busy = (await here.rooms.open('busy')).room;
      await here.log.append(draft('client-1', { roomId: busy.id }));
      const last = await there.log.append(
        draft('client-2', { roomId: busy.id, actor: bob, ...said('newest') }),
      );
      const listed = await here.rooms.list(10);
      expect(new Set(listed.map((overview) => overview.room.name))).toEqual(
        new Set(['lobby', 'quiet', 'busy']),
      );
      expect(listed.find((overview) => overview.room.id === busy.id)).toEqual({
        room: { ...busy, head: 2 },
        last: { actor: bob, text: 'newest', at: last.event.at },
      });
      expect(listed.find((overview) => overview.room.id === quiet.id)).toEqual({ room: quiet });
      // Activity is told apart by the millisecond.
      let at = '';
      for (let index = 0; at <= last.event.at; index += 1) {
        at = (await here.log.append(draft(`later-${index}`))).event.at;
      }
      expect((await there.rooms.list(1)).map((overview) => overview.room.id)).toEqual([room.id]);
    });

    it('answers a readiness check', async () => {
      await using lobby = await house();
      await expect(lobby.here.rooms.ping()).resolves.toBeUndefined();
    });
  });
}
