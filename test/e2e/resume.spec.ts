import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';

const room = 'lobby';

async function say(chat: RunningChat, name: string, count: number, length = 0): Promise<void> {
  const speaker = await chat.connect(name);
  for (let n = 1; n <= count; n++) {
    const text = `${name} ${n}`.padEnd(length, '語');
    await speaker.request('message.send', { room, text, clientId: randomUUID() });
  }
  await speaker.close();
}

async function position(chat: RunningChat): Promise<{ epoch: string; head: number }> {
  return (await fetch(`${chat.url}/api/rooms/${room}/messages`)).json() as Promise<{
    epoch: string;
    head: number;
  }>;
}

describe('somebody who comes back', () => {
  it('gets what was missed, in order and once, and then what is live', async () => {
    await using chat = await startChat();
    await say(chat, 'Ann', 5);
    const { epoch, head } = await position(chat);
    await say(chat, 'Bob', 7);

    const cleo = await chat.connect('Cleo');
    const joined = await cleo.request('room.join', { room, epoch, after: head });
    await say(chat, 'Dan', 1);

    expect(joined).toMatchObject({ recovered: true, head: 12 });
    const seqs: number[] = [];
    for (let n = 0; n < 8; n++) seqs.push((await cleo.push('message.created')).seq);
    expect(seqs).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it.each([
    [300, 'short', 0, true],
    [301, 'short', 0, false],
    [65, 'long', 4_000, true],
    [66, 'long', 4_000, false],
  ])(
    'after %i %s messages that were missed: of %i characters, recovered is %s',
    async (missed, _, length, recovered) => {
      await using chat = await startChat();
      await say(chat, 'Ann', missed, length);
      const { epoch } = await position(chat);
      const cleo = await chat.connect('Cleo');

      expect(await cleo.request('room.join', { room, epoch, after: 0 })).toMatchObject({
        recovered,
        head: missed,
      });

      if (recovered)
        for (let seq = 1; seq <= missed; seq++) expect((await cleo.push('message.created')).seq).toBe(seq);
      await cleo.nothing(['presence']);
    },
  );

  it('with a position of another log is told to reload', async () => {
    await using chat = await startChat();
    await say(chat, 'Ann', 3);
    const cleo = await chat.connect('Cleo');
    expect(await cleo.request('room.join', { room, epoch: 'another', after: 1 })).toMatchObject({
      recovered: false,
    });
    const { epoch } = await position(chat);
    expect(await cleo.request('room.join', { room, epoch, after: 9 })).toMatchObject({ recovered: false });
  });

  it('misses nothing while others send as fast as they can', async () => {
    await using chat = await startChat();
    const speaker = await chat.connect('Ann');
    await speaker.request('room.join', { room });
    let sending = true;
    const flood = (async () => {
      while (sending) await speaker.request('message.send', { room, text: 'x', clientId: randomUUID() });
    })();
    for (let round = 0; round < 30; round++) {
      const { epoch, head } = await position(chat);
      const guest = await chat.connect();
      await guest.request('room.join', { room, epoch, after: head });
      for (let seq = head + 1; seq <= head + 5; seq++)
        expect((await guest.push('message.created')).seq).toBe(seq);
      await guest.close();
    }
    sending = false;
    await flood;
  });
});
