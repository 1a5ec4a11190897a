import { Logger } from '@nestjs/common';
import { afterAll, beforeAll } from 'vitest';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { channelLayerContract } from '../contracts/channel-layer.contract.js';
import { twoCoreNodes } from '../support/channel-layers.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let servers: TestRedis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

const hosts = (count: number) => servers.slice(0, count).map(({ url }) => url);
const nodes = (options?: ChannelLayerOptions) => twoCoreNodes({ hosts: hosts(1), ...options });

channelLayerContract('RedisChannelLayer', nodes);
channelLayerContract('RedisChannelLayer on two hosts, encrypted', (options) =>
  nodes({ hosts: hosts(2), symmetricEncryptionKeys: ['secret'], prefix: 'asgi:', ...options }),
);
