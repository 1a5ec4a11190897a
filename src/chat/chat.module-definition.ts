import { ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { SqlAuditLog } from '../audit/sql.audit-log.js';
import { AuthProvider } from '../auth/auth-provider.js';
import { SessionAuthProvider } from '../auth/session.auth-provider.js';
import { ChannelLayer } from '../channel-layer/channel-layer.js';
import { createChannelLayer } from '../channel-layer/create.channel-layer.js';
import { Env } from '../config/env.js';
import { RoomLog } from '../log/room-log.js';
import { CHAT_OPTIONS, type ChatModuleOptions } from './chat.options.js';
import { PublicRoomPolicy, RoomPolicy } from './room.policy.js';
import { Storage } from './storage.js';

/** Classes: known when the module is declared, so that Nest builds them with their own dependencies. */
export interface ChatModuleExtras {
  /** Where security events are kept. */
  auditLog?: Type<AuditLog>;
  /** Who a user is. */
  authProvider?: Type<AuthProvider>;
  /** How processes talk. */
  channelLayer?: Type<ChannelLayer>;
  /** Where the log is. */
  roomLog?: Type<RoomLog>;
  /** Who may do what. */
  roomPolicy?: Type<RoomPolicy>;
}

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<ChatModuleOptions>({
    moduleName: 'Chat',
    optionsInjectionToken: CHAT_OPTIONS,
  })
    .setClassMethodName('forRoot')
    .setExtras<ChatModuleExtras>(
      {},
      (definition, { auditLog, authProvider, channelLayer, roomLog, roomPolicy }) => ({
        ...definition,
        providers: [
          ...(definition.providers ?? []),
          { provide: AuthProvider, useClass: authProvider ?? SessionAuthProvider },
          { provide: AuditLog, useClass: auditLog ?? SqlAuditLog },
          { provide: RoomPolicy, useClass: roomPolicy ?? PublicRoomPolicy },
          channelLayer
            ? { provide: ChannelLayer, useClass: channelLayer }
            : { provide: ChannelLayer, useFactory: createChannelLayer, inject: [Env] },
          roomLog
            ? { provide: RoomLog, useClass: roomLog }
            : { provide: RoomLog, useFactory: ({ log }: Storage) => log, inject: [Storage] },
        ],
      }),
    )
    .build();
