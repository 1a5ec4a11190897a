import { Redis } from 'ioredis';
import { becomes } from './observe.js';

/**
 * Resolves when so many connections are subscribed to a Redis channel. channels_redis' pub/sub layer says that it has
 * joined before Redis knows it, and loses what is sent in between.
 */
export async function subscribers(urls: readonly string[], channel: string, count: number): Promise<void> {
  const clients = urls.map((url) => new Redis(url, { protocol: 2 }));
  const all = async () => {
    const counts = await Promise.all(clients.map((client) => client.pubsub('NUMSUB', channel)));
    return counts.reduce<number>((sum, reply) => sum + Number((reply as unknown[])[1]), 0);
  };
  try {
    await becomes(all, count);
  } finally {
    for (const client of clients) client.disconnect();
  }
}
