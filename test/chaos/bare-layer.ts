import { Logger } from '@nestjs/common';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';

/**
 * Somebody who believes the channel layer alone: one more receiver of the same groups, without feed, log or resume.
 * What it has not heard is what every chat would lose that is built on pub/sub and nothing else.
 */
export class BareLayer implements AsyncDisposable {
  private readonly heard = new Set<string>();

  private constructor(private readonly layer: RedisPubSubChannelLayer) {}

  static async listen(redisUrl: string, roomIds: readonly string[]): Promise<BareLayer> {
    // What it finds wrong with Redis is what the fault is about.
    Logger.overrideLogger(false);
    const layer = new RedisPubSubChannelLayer({ hosts: [redisUrl] });
    const bare = new BareLayer(layer);
    const channel = await layer.newChannel();
    layer.receive(channel).subscribe(({ type, body }) => {
      if (type === 'chat.event' && typeof body === 'string') bare.hear(body);
    });
    for (const id of roomIds) await layer.groupAdd(`chat.${id}`, channel);
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

  /** How many of these it never heard. */
  lost(ids: readonly string[]): number {
    return ids.filter((id) => !this.heard.has(id)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.layer.close();
  }
}
