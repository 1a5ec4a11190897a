import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ChatError,
  ChatGateway,
  type Connection,
  FanOut,
  OnRequest,
  RoomName,
  RoomService,
} from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

const Vote = z.strictObject({ room: RoomName, option: z.enum(['tea', 'coffee']) });

@Injectable()
class PollService {
  private readonly votes = new Map<string, Map<string, string>>();

  vote(room: string, userId: string, option: string): Record<string, number> {
    const votes = this.votes.get(room) ?? new Map<string, string>();
    this.votes.set(room, votes.set(userId, option));
    const count = Map.groupBy(votes.values(), (each) => each);
    return Object.fromEntries([...count].map(([each, list]) => [each, list.length]));
  }
}

/** Events of a team's own, on the socket that is there already. */
@ChatGateway()
class PollGateway {
  constructor(
    private readonly polls: PollService,
    private readonly rooms: RoomService,
    private readonly fanOut: FanOut,
  ) {}

  @OnRequest('poll.vote', Vote)
  async vote(
    connection: Connection,
    { room: name, option }: z.infer<typeof Vote>,
  ): Promise<{ counted: true }> {
    const room = await this.rooms.existing(connection.user, name);
    if (!connection.isIn(room.id)) throw new ChatError('not_joined', 'join the room first');
    const result = this.polls.vote(name, connection.user.id, option);
    this.fanOut.deliver(room.id, { event: 'poll.changed', data: { room: name, result } });
    return { counted: true };
  }
}

describe('a gateway of a team’s own', () => {
  it('answers its events beside the chat’s, and tells the room', async () => {
    await using chat = await startChat({ providers: [PollService, PollGateway] });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    for (const client of [ann, bob]) await client.request('room.join', { room: 'lobby' });

    expect(await ann.request('poll.vote', { room: 'lobby', option: 'tea' })).toEqual({ counted: true });
    await bob.request('poll.vote', { room: 'lobby', option: 'coffee' });
    await bob.request('poll.vote', { room: 'lobby', option: 'tea' });

    for (const client of [ann, bob]) {
      const results = [];
      for (let n = 0; n < 3; n++) results.push(await client.push('poll.changed'));
      expect(results).toMatchObject([
        { result: { tea: 1 } },
        { result: { tea: 1, coffee: 1 } },
        { result: { tea: 2 } },
      ]);
    }
  });

  it('has its input checked, and its refusals answered, as the chat’s are', async () => {
    await using chat = await startChat({ providers: [PollService, PollGateway] });
    const ann = await chat.connect('Ann');
    const vote = (data: object) => ann.request('poll.vote', data);
    await expect(vote({ room: 'lobby', option: 'beer' })).rejects.toMatchObject({ code: 'bad_schema' });
    await expect(vote({ room: 'lobby', option: 'tea', twice: true })).rejects.toMatchObject({
      code: 'bad_schema',
    });
    await expect(vote({ room: 'a b', option: 'tea' })).rejects.toMatchObject({ code: 'bad_room' });
    await expect(vote({ room: 'lobby', option: 'tea' })).rejects.toMatchObject({ code: 'not_found' });
    await chat.connect('Bob', { path: '/ws/chat/lobby/' });
    await expect(vote({ room: 'lobby', option: 'tea' })).rejects.toMatchObject({ code: 'not_joined' });
  });
});
