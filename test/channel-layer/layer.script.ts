import { Logger } from '@nestjs/common';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { healthOf } from '../support/observe.js';

/** A process of ours that joins a group, says as what, and stays until it is killed. */
Logger.overrideLogger(false);
const [url, group] = process.argv.slice(2) as [string, string];
const layer = new RedisChannelLayer({ hosts: [url] });
await healthOf(layer, 'ready');
const channel = await layer.newChannel();
await layer.groupAdd(group, channel);
await layer.send(channel, { type: 'test.unread' });
console.log(channel);
