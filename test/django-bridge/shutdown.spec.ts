import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { DjangoBridge, DjangoBridgeModule } from '../../src/django-bridge/index.js';
import { ChannelLayer, ChatHttpAdapter, ChatModule, MemoryBus, MemoryChannelLayer } from '../../src/index.js';
import { Drain } from '../../src/socket/drain.js';
import { useChat } from '../../src/use-chat.js';
import { Django } from '../support/bridged.js';

afterEach(() => void vi.restoreAllMocks());

const chat = ChatModule.forRoot({
  env: { NODE_ENV: 'test', DATABASE_URL: 'sqlite::memory:', AUTH_SECRET: 'x'.repeat(40) },
});
const bridge = DjangoBridgeModule.forRoot({ rooms: ['lobby'] });

it.each([
  ['chat, then bridge', [chat, bridge]],
  ['bridge, then chat', [bridge, chat]],
])('what Django says while people are sent away is stored, with modules %s', async (_order, imports) => {
  const bus = new MemoryBus();
  const django = await Django.in(bus, 'lobby');
  const module = await Test.createTestingModule({ imports })
    .overrideProvider(ChannelLayer)
    .useFactory({ factory: () => new MemoryChannelLayer({}, bus) })
    .compile();
  const app = module.createNestApplication<NestExpressApplication>(new ChatHttpAdapter(), {
    bodyParser: false,
    logger: false,
  });
  await useChat(app).init();
  vi.spyOn(Drain.prototype, 'beforeApplicationShutdown').mockImplementation(() =>
    django.say('lobby', 'not to be missed'),
  );
  await app.close();
  expect(app.get(DjangoBridge).report()).toMatchObject({ stored: 1, waiting: 0 });
  await django.close();
});
