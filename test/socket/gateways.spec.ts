import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from 'vitest';
import { ChatGateway, requests } from '../../src/index.js';
import { EventCatalogue } from '../../src/socket/event.catalogue.js';
import { startChat } from '../../src/testing/index.js';

describe('the events of the chat', () => {
  it('are those of the protocol, all of them, and no others', async () => {
    await using chat = await startChat();
    expect(chat.app.get(EventCatalogue).events.sort()).toEqual(Object.keys(requests).sort());
  });

  it('are joined by those of a team’s gateways', async () => {
    @ChatGateway()
    class Polls {
      @SubscribeMessage('poll.vote')
      vote(): void {}
      @SubscribeMessage('poll.close')
      close(): void {}
      notAnEvent(): void {}
    }
    await using chat = await startChat({ providers: [Polls] });
    expect(chat.app.get(EventCatalogue).events).toEqual(expect.arrayContaining(['poll.vote', 'poll.close']));
    expect(chat.app.get(EventCatalogue).events).toHaveLength(Object.keys(requests).length + 2);
  });

  it('have one handler each: two in different gateways fail at start, and both are named', async () => {
    @ChatGateway()
    class One {
      @SubscribeMessage('poll.vote')
      first(): void {}
    }
    @ChatGateway()
    class Two {
      @SubscribeMessage('poll.vote')
      second(): void {}
    }
    await expect(startChat({ providers: [One, Two] })).rejects.toThrow(
      'The event "poll.vote" has two handlers: One.first and Two.second.',
    );
  });

  it('have one handler each: two in one gateway fail at start', async () => {
    @ChatGateway()
    class Twice {
      @SubscribeMessage('poll.vote')
      first(): void {}
      @SubscribeMessage('poll.vote')
      second(): void {}
    }
    await expect(startChat({ providers: [Twice] })).rejects.toThrow('"poll.vote" has two handlers');
  });

  it('may come from a class that others extend', async () => {
    class Base {
      @SubscribeMessage('poll.vote')
      vote(): string {
        return 'counted';
      }
    }
    @ChatGateway()
    class Polls extends Base {}
    await using chat = await startChat({ providers: [Polls] });
    const ann = await chat.connect();
    expect(await ann.request('poll.vote')).toBe('counted');
  });
});

describe('a gateway that is not one of the chat', () => {
  it('is refused at start with what to use instead', async () => {
    @WebSocketGateway({ path: '/other' })
    class Stray {
      @SubscribeMessage('x')
      x(): void {}
    }
    await expect(startChat({ providers: [Stray] })).rejects.toThrow('declared with @ChatGateway()');
  });
});
