import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { Doubts, Gate, OtherNode } from './doubtful.layer.js';
import { join, name, room, storeElsewhere, texts } from './live-rooms.house.js';

describe('entering a room while its subscription is slow', () => {
  it('misses nothing that was stored before, during and after it', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const [subscribing, subscribed] = [new Gate(), new Gate()];
    doubts.before = () => subscribing.pass();
    doubts.after = () => subscribed.pass();
    const ann = await chat.connect();

    const joining = join(chat, ann);
    await subscribing.reached;
    await other.say(await storeElsewhere(chat, 'before'));
    subscribing.open();
    await subscribed.reached;
    await other.say(await storeElsewhere(chat, 'during'));
    subscribed.open();
    expect(await joining).toMatchObject({ recovered: true, head: 2 });
    await other.say(await storeElsewhere(chat, 'after'));

    expect(await texts(ann, 3)).toEqual(['before', 'during', 'after']);
    await ann.nothing(['presence']);
  });

  it('misses nothing that is stored between the reading of the head and the first delivery', async () => {
    const doubts = new Doubts();
    const read = new Gate();
    class SlowHeads extends StorageRoomLog {
      override async heads(ids: string[]) {
        const heads = await super.heads(ids);
        await read.pass();
        return heads;
      }
    }
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer(), roomLog: SlowHeads });
    const ann = await chat.connect();
    await storeElsewhere(chat, 'before');

    const joining = join(chat, ann);
    await read.reached;
    await other.say(await storeElsewhere(chat, 'between'));
    read.open();
    await joining;
    await other.say(await storeElsewhere(chat, 'after'));

    expect(await texts(ann, 3)).toEqual(['before', 'between', 'after']);
    await ann.nothing(['presence']);
  });

  it('makes a second person wait for it too', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const subscribing = new Gate();
    doubts.before = () => subscribing.pass();
    const [ann, bob, watcher] = [await chat.connect(), await chat.connect(), await chat.connect()];

    let bobIsIn = false;
    const first = join(chat, ann);
    await subscribing.reached;
    const second = join(chat, bob).then(() => (bobIsIn = true));
    const lost = await storeElsewhere(chat, 'said to nobody');
    await other.say(lost);
    await watcher.nothing();
    expect(bobIsIn).toBe(false);

    subscribing.open();
    await Promise.all([first, second]);
    expect(doubts.log).toEqual(['add']);
    for (const client of [ann, bob]) expect(await texts(client, 1)).toEqual(['said to nobody']);
  });

  it('refuses everybody who waits where it fails, and the next one gets in', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const subscribing = new Gate();
    doubts.before = async () => {
      await subscribing.pass();
      throw new Error('no subscription');
    };
    const clients = [await chat.connect(), await chat.connect()];
    const joining = clients.map((client) => join(chat, client));
    await subscribing.reached;
    subscribing.open();
    for (const each of joining) await expect(each).rejects.toMatchObject({ code: 'internal' });

    doubts.before = () => undefined;
    for (const client of clients) await join(chat, client);
    await other.say(await storeElsewhere(chat, 'hello'));
    for (const client of clients) expect(await texts(client, 1)).toEqual(['hello']);
  });
});

describe('coming back', () => {
  it('gets what the log has before this node has heard of it, once', async () => {
    const doubts = new Doubts();
    await using chat = await startChat({ channelLayer: doubts.layer() });
    for (const text of ['one', 'two']) await storeElsewhere(chat, text);
    const [ann, bob] = [await chat.connect(), await chat.connect()];
    await bob.request('room.join', { room: name });
    await storeElsewhere(chat, 'three');
    await join(chat, ann);
    doubts.discontinuity.next('missed');
    expect(await texts(bob, 1)).toEqual(['three']);
    expect(await texts(ann, 3)).toEqual(['one', 'two', 'three']);
    await ann.nothing(['presence']);
  });
});

describe('leaving and entering', () => {
  it('at once waits until the old subscription has ended', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const leaving = new Gate();
    const [ann, bob] = [await chat.connect(), await chat.connect()];
    await join(chat, ann);
    doubts.before = (call) => (call === 'discard' ? leaving.pass() : undefined);
    await ann.request('room.leave', { room: name });
    await leaving.reached;
    const joining = join(chat, bob);
    await ann.nothing(['presence']);
    expect(doubts.log).toEqual(['add']);
    leaving.open();
    await joining;
    expect(doubts.log).toEqual(['add', 'discard', 'add']);
    await other.say(await storeElsewhere(chat, 'hello'));
    expect(await texts(bob, 1)).toEqual(['hello']);
  });

  it('in any order, by several at once, never loses the subscription', async () => {
    const doubts = new Doubts();
    await using other = new OtherNode(doubts);
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const clients = [await chat.connect(), await chat.connect(), await chat.connect()];
    doubts.shuffle();
    for (let round = 1; round <= 15; round++) {
      for (const client of clients) {
        for (let n = 0; n < Math.random() * 3; n++) {
          client.sendRaw(JSON.stringify({ event: 'room.join', data: { room: name } }));
          client.sendRaw(JSON.stringify({ event: 'room.leave', data: { room: name } }));
        }
      }
      const { epoch } = await room(chat);
      await Promise.all(
        clients.map((client) => client.request('room.join', { room: name, epoch, after: round - 1 })),
      );
      await other.say(await storeElsewhere(chat, `${round}`));
      for (const client of clients)
        expect(await texts(client, 1), doubts.log.join(' ')).toEqual([`${round}`]);
    }
    for (const client of clients) await client.close();
    const calls = (call: string) => doubts.log.filter((each) => each === call).length;
    await expect.poll(() => calls('discard')).toBe(calls('add'));
  });
});

describe('a layer that loses everything', () => {
  it('is made good at once where it knows that it did', async () => {
    const doubts = new Doubts();
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const ann = await chat.connect();
    await join(chat, ann);
    for (const text of ['one', 'two', 'three']) await storeElsewhere(chat, text);
    doubts.discontinuity.next('missed');
    expect(await texts(ann, 3)).toEqual(['one', 'two', 'three']);
  });

  it('is made good within seconds while it is doubtful', async () => {
    const doubts = new Doubts();
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const ann = await chat.connect(undefined, { timeoutMs: 30_000 });
    await join(chat, ann);
    doubts.health.next('degraded');
    await storeElsewhere(chat, 'lost');
    expect(await texts(ann, 1)).toEqual(['lost']);
  });

  it('does not keep people here from each other', async () => {
    const doubts = new Doubts();
    class Silent extends doubts.layer() {
      override async groupSend(): Promise<void> {
        throw new Error('nothing goes out');
      }
    }
    await using chat = await startChat({ channelLayer: Silent });
    const [ann, bob] = [await chat.connect(), await chat.connect()];
    await join(chat, ann);
    await join(chat, bob);
    await bob.request('message.send', { room: name, text: 'hi', clientId: randomUUID() });
    expect(await texts(ann, 1)).toEqual(['hi']);
  });
});
