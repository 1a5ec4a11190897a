/** The public API: the only file that another package imports. Semver covers it, and the protocol. */
export { Audit, type AuditFacts } from './audit/audit.js';
export { type AuditDetail, type AuditKind, auditKinds } from './audit/audit-kinds.js';
export {
  type AuditEntry,
  AuditLog,
  type AuditPerson,
  type AuditRow,
  type AuditSearch,
} from './audit/audit-log.js';
export { SqlAuditLog } from './audit/sql.audit-log.js';
export { AuthProvider, type Credentials, type EndedWhy, type Identity } from './auth/auth-provider.js';
export { type SignOut, SignOuts } from './auth/sign-outs.js';
export {
  ChannelFull,
  ChannelLayer,
  type ChannelOptions,
  type Discontinuity,
  type LayerHealth,
  type LayerMessage,
  type LayerValue,
} from './channel-layer/channel-layer.js';
export { MemoryBus, MemoryChannelLayer } from './channel-layer/memory.channel-layer.js';
export { copyMessage } from './channel-layer/message.js';
export { identifyMessage, messageIdOf } from './channel-layer/message-ids.js';
export type { ChannelLayerOptions } from './channel-layer/options.js';
export { RedisChannelLayer } from './channel-layer/redis.channel-layer.js';
export { RedisPubSubChannelLayer } from './channel-layer/redis-pubsub.channel-layer.js';
export { ChatModule } from './chat/chat.module.js';
export type { ChatModuleExtras } from './chat/chat.module-definition.js';
export type { ChatModuleOptions } from './chat/chat.options.js';
export { ChatGateway as DefaultChatGateway } from './chat/chat.gateway.js';
export { MessageChangesService } from './chat/message-changes.service.js';
export { MessageService } from './chat/message.service.js';
export { PresenceService } from './chat/presence.service.js';
export { PublicRoomPolicy, type Question, RoomPolicy } from './chat/room.policy.js';
export { RoomService } from './chat/room.service.js';
export { ConfigError, Env, parseEnv } from './config/env.js';
export { Database } from './database/database.contract.js';
export { type Draft, MessageHook, type MessageHooks } from './hooks/message-hook.js';
export {
  type Appended,
  type EventDraft,
  type RangeQuery,
  type Room,
  RoomDirectory,
  type RoomEvent,
  RoomLog,
  type RoomOverview,
  type StoredMessage,
  type StoredReaction,
} from './log/room-log.js';
export * from './protocol/index.js';
export { ChatGateway } from './socket/chat-gateway.decorator.js';
export { ChatSocketAdapter } from './socket/chat-socket.adapter.js';
export { Connection } from './socket/connection.js';
export { FanOut } from './socket/fan-out.js';
export { OnRequest } from './socket/on-request.decorator.js';
export { useChat } from './use-chat.js';
export { ChatHttpAdapter } from './web/chat-http.adapter.js';
