import { Logger } from '@nestjs/common';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';

/**
 * Somebody who believes the channel layer alone: one more receiver of the same groups, without feed, log or resume.
 * What it has not heard is what every chat would lose that is built on pub/sub and nothing else.
 */
export class BareLayer implements AsyncDisposable {
  private readonly heard = new Set<string>();

  private constructor(
    private readonly layer: RedisPubSubChannelLayer,
    private readonly rooms: ReadonlySet<string>,
  ) {}

  static async listen(redisUrl: string, rooms: readonly { id: string; name: string }[]): Promise<BareLayer> {
    // What it finds wrong with Redis is what the fault is about.
    Logger.overrideLogger(false);
    const layer = new RedisPubSubChannelLayer({ hosts: [redisUrl] });
    const bare = new BareLayer(layer, new Set(rooms.map(({ name }) => name)));
    const channel = await layer.newChannel();
    layer.receive(channel).subscribe(({ type, body }) => {
      if (type === 'chat.event' && typeof body === 'string') bare.hear(body);
    });
    for (const { id } of rooms) await layer.groupAdd(`chat.${id}`, channel);
    return bare;
  }

  /** What is no hint at all tells nothing. */
  private hear(body: string): void {
    try {
      for (const { id } of JSON.parse(body) as { id: string }[]) this.heard.add(id);
    } catch {
      return;
    }
  }

  /** How many of these it never heard, in the rooms that it was in. */
  lost(stored: readonly { room: string; event: string }[]): number {
    return stored.filter(({ room, event }) => this.rooms.has(room) && !this.heard.has(event)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.layer.close();
  }
}
