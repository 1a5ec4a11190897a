import { on } from 'node:events';
import {
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { EMPTY, map, type Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ChatError, ChatGateway, type Connection, FanOut, requests } from '../../src/index.js';
import { Gateways } from '../../src/socket/gateways.js';
import { startChat } from '../../src/testing/index.js';

describe('the events of the chat', () => {
  it('are those of the protocol, all of them, and no others', async () => {
    await using chat = await startChat();
    expect(chat.app.get(Gateways).events.sort()).toEqual(Object.keys(requests).sort());
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
    expect(chat.app.get(Gateways).events).toEqual(expect.arrayContaining(['poll.vote', 'poll.close']));
    expect(chat.app.get(Gateways).events).toHaveLength(Object.keys(requests).length + 2);
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

describe('what Nest offers handlers', () => {
  class Streams {
    @SubscribeMessage('last')
    last(): Observable<number> {
      return of(1, 2, 3);
    }
    @SubscribeMessage('none')
    none(): Observable<never> {
      return EMPTY;
    }
    @SubscribeMessage('broken')
    broken(): Observable<never> {
      return throwError(() => new Error('secret'));
    }
  }
  ChatGateway()(Streams);

  it('works: the last value of a stream is the reply', async () => {
    await using chat = await startChat({ providers: [Streams] });
    const ann = await chat.connect();
    expect(await ann.request('last')).toBe(3);
    expect(await ann.request('none')).toEqual({});
    await expect(ann.request('broken')).rejects.toMatchObject({ code: 'internal' });
  });

  it('works: guards, interceptors, pipes and filters of a gateway', async () => {
    class OnlyAnn implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        return context.switchToWs().getClient<Connection>().user.name === 'Ann';
      }
    }
    class Twice implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<number> {
        return next.handle().pipe(map((value: number) => value * 2));
      }
    }
    class Told implements ExceptionFilter {
      catch(): never {
        throw new ChatError('taken', 'told by the filter');
      }
    }
    @ChatGateway()
    class Guarded {
      @UseGuards(OnlyAnn)
      @UseInterceptors(Twice)
      @SubscribeMessage('double')
      double(@MessageBody('n', ParseIntPipe) n: number): number {
        return n;
      }
      @UseFilters(Told)
      @SubscribeMessage('fails')
      fails(): never {
        throw new Error('secret');
      }
    }
    await using chat = await startChat({ providers: [Guarded] });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    expect(await ann.request('double', { n: '21' })).toBe(42);
    await expect(ann.request('double', { n: 'x' })).rejects.toMatchObject({ code: 'bad_schema' });
    await expect(bob.request('double', { n: '21' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ann.request('fails')).rejects.toMatchObject({ code: 'taken' });
  });

  it('does not include a gateway per request: that fails at start', async () => {
    @Injectable({ scope: Scope.REQUEST })
    @ChatGateway()
    class PerRequest {}
    await expect(startChat({ providers: [PerRequest] })).rejects.toThrow('PerRequest is request-scoped');
  });
});

/** The names of the first frames that a connection gets. */
async function firstEvents(url: string, count: number): Promise<string[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat/`, 'chat.v1');
  const events: string[] = [];
  for await (const [data] of on(socket, 'message')) {
    events.push((JSON.parse(String(data)) as { event: string }).event);
    if (events.length === count) break;
  }
  socket.terminate();
  return events;
}

describe('a gateway’s connect hook', () => {
  it('runs behind the welcome, wherever its module stands, and in the order it asks for', async () => {
    const greeter = (text: string, order?: number) => {
      @ChatGateway({ order })
      class Greeter {
        constructor(@Inject(FanOut) private readonly fanOut: FanOut) {}
        handleConnection(connection: Connection): void {
          this.fanOut.push(connection, { event: text, data: {} });
        }
      }
      return Greeter;
    };
    await using chat = await startChat({
      providers: [greeter('late', 5), greeter('early', -5), greeter('plain')],
    });
    expect(await firstEvents(chat.url, 4)).toEqual(['welcome', 'early', 'plain', 'late']);
  });
});
