import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ChatModule } from './chat/chat.module.js';
import { parseEnv } from './config/env.js';
import { DjangoBridgeModule, type DjangoBridgeOptions } from './django-bridge/index.js';
import { requestLog } from './web/request-log.js';

const env = parseEnv(process.env);
const bridge: DjangoBridgeOptions = {
  rooms: env.DJANGO_BRIDGE,
  eventTypes: env.DJANGO_EVENT_TYPES,
  moreKeys: (_message, event) =>
    Object.fromEntries(env.DJANGO_EVENT_KEYS.map(([theirs, ours]) => [theirs, event[ours]!])),
};

/** The default deployment: everything from the environment. */
@Module({
  imports: [
    LoggerModule.forRoot(requestLog(env)),
    ChatModule.forRoot({ env }),
    ...(bridge.rooms.length > 0 ? [DjangoBridgeModule.forRoot(bridge)] : []),
  ],
})
export class AppModule {}
