import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, DiscoveryModule, MetadataScanner } from '@nestjs/core';
import { accountControllers } from '../account/account.controllers.js';
import { AccountPage } from '../account/account.page.js';
import { AccountVisitors } from '../account/account.visitors.js';
import { Administrators } from '../account/administrators.js';
import { ApiKeys } from '../account/api-keys.js';
import { PasswordReset } from '../account/password-reset.js';
import { PeopleAdmin } from '../account/people.admin.js';
import { PicturesService } from '../account/pictures.service.js';
import { ProfileService } from '../account/profile.service.js';
import { Audit } from '../audit/audit.js';
import { AuditLog } from '../audit/audit-log.js';
import { AuditRetention } from '../audit/audit-retention.js';
import { AccountCleanup } from '../auth/account-cleanup.js';
import { AuthController } from '../auth/auth.controller.js';
import { AuthGate } from '../auth/auth.gate.js';
import { Auth } from '../auth/better-auth.js';
import { AuthProvider } from '../auth/auth-provider.js';
import { UncertainSessions } from '../auth/uncertain-sessions.js';
import { ProfileChanges, SignOuts } from '../auth/sign-outs.js';
import { ChannelLayer } from '../channel-layer/channel-layer.js';
import { Env, resolveEnv } from '../config/env.js';
import { Database } from '../database/database.js';
import { HookRunner } from '../hooks/hook.runner.js';
import { RoomInvites } from '../log/room-invites.js';
import { RoomMembers } from '../log/room-members.js';
import { RoomDirectory, RoomLog } from '../log/room-log.js';
import { AdminServer } from '../metrics/admin.server.js';
import { Admission } from '../socket/admission.js';
import { ClientAddress } from '../socket/client-address.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { Drain } from '../socket/drain.js';
import { FanOut } from '../socket/fan-out.js';
import { Gateways } from '../socket/gateways.js';
import { Heads, Heartbeat } from '../socket/heartbeat.js';
import { HeartbeatGateway } from '../socket/heartbeat.gateway.js';
import { OriginPolicy } from '../socket/origin.policy.js';
import { Overload } from '../socket/overload.js';
import { protocolValidation } from '../socket/protocol-validation.js';
import { RequestRouter } from '../socket/request.router.js';
import { RoomDoor } from '../socket/room.door.js';
import { Strikes } from '../socket/strikes.js';
import { UpgradeChecks } from '../socket/upgrade.checks.js';
import { Welcome } from '../socket/welcome.js';
import { DocumentsController } from '../web/documents.controller.js';
import { HealthController } from '../web/health.controller.js';
import { Health } from '../web/health.js';
import { HttpErrorFilter } from '../web/http-error.filter.js';
import { PageRenderer } from '../web/page.renderer.js';
import { SocketPathController } from '../web/socket-path.controller.js';
import { GuestLimits } from '../web/guest-limits.js';
import { Visitors } from '../web/visitors.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ConfigurableModuleClass } from './chat.module-definition.js';
import { CHAT_OPTIONS, type ChatModuleOptions } from './chat.options.js';
import { InviteController } from './invite.controller.js';
import { InvitesService } from './invites.service.js';
import { LiveRooms } from './live-rooms.js';
import { LocalPeople } from './local-people.js';
import { MeController } from './me.controller.js';
import { MembershipService } from './membership.service.js';
import { MessageChangesController } from './message-changes.controller.js';
import { MessageChangesGateway } from './message-changes.gateway.js';
import { MessageChangesService } from './message-changes.service.js';
import { MessageFormController } from './message-form.controller.js';
import { MessageService } from './message.service.js';
import { ModerationService } from './moderation.service.js';
import { NewRoomController } from './new-room.controller.js';
import { NodeLink } from './node-link.js';
import { PeopleFinder } from './people.finder.js';
import { PeopleService } from './people.service.js';
import { PresenceService } from './presence.service.js';
import { RateLimits } from './rate-limits.js';
import { RoomAccess } from './room-access.js';
import { RoomCreationService } from './room-creation.service.js';
import { InvitesController, RoomMembersController } from './room-members.controller.js';
import { RoomSettingsController } from './room-settings.controller.js';
import { RoomSettingsPage } from './room-settings.page.js';
import { RoomPages } from './room.pages.js';
import { RoomService } from './room.service.js';
import { RoomsController } from './rooms.controller.js';
import { RoomsGateway } from './rooms.gateway.js';
import { ServiceStatusGateway } from './service-status.gateway.js';
import { SignOutGateway } from './sign-out.gateway.js';
import { Storage } from './storage.js';
import { TypingService } from './typing.service.js';

const socket = [
  Admission,
  ClientAddress,
  ConnectionRegistry,
  Drain,
  FanOut,
  Gateways,
  Heartbeat,
  HeartbeatGateway,
  MetadataScanner,
  OriginPolicy,
  Overload,
  RequestRouter,
  Strikes,
  UpgradeChecks,
  Welcome,
];

const chat = [
  ChatGateway,
  HookRunner,
  LiveRooms,
  LocalPeople,
  MembershipService,
  MessageChangesGateway,
  MessageChangesService,
  MessageService,
  NodeLink,
  PeopleFinder,
  PeopleService,
  PresenceService,
  RateLimits,
  InvitesService,
  ModerationService,
  RoomAccess,
  RoomCreationService,
  RoomPages,
  RoomSettingsPage,
  RoomService,
  RoomsGateway,
  ServiceStatusGateway,
  SignOutGateway,
  TypingService,
  { provide: Heads, useExisting: LiveRooms },
  { provide: RoomDoor, useExisting: RoomService },
];

const storage = [
  {
    provide: Env,
    useFactory: ({ env }: ChatModuleOptions) => resolveEnv(env),
    inject: [CHAT_OPTIONS],
  },
  { provide: Storage, useFactory: (env: Env) => Storage.open(env), inject: [Env] },
  { provide: Database, useFactory: ({ database }: Storage) => database, inject: [Storage] },
  { provide: RoomDirectory, useFactory: ({ rooms }: Storage) => rooms, inject: [Storage] },
  { provide: RoomMembers, useFactory: ({ members }: Storage) => members, inject: [Storage] },
  {
    provide: RoomInvites,
    useFactory: ({ database }: Storage) => new RoomInvites(database),
    inject: [Storage],
  },
  { provide: Auth, useFactory: ({ auth }: Storage) => auth, inject: [Storage] },
  {
    provide: AccountCleanup,
    useFactory: ({ database }: Storage, { CLEANUP_HOURS, GUEST_DAYS }: Env) =>
      new AccountCleanup(database, { everyHours: CLEANUP_HOURS, guestDays: GUEST_DAYS }),
    inject: [Storage, Env],
  },
  {
    provide: Audit,
    useFactory: ({ audit }: Storage, log: AuditLog) => audit.keepIn(log),
    inject: [Storage, AuditLog],
  },
  {
    provide: AuditRetention,
    useFactory: (log: AuditLog, { AUDIT_DAYS, CLEANUP_HOURS }: Env) =>
      new AuditRetention(log, { everyHours: CLEANUP_HOURS, days: AUDIT_DAYS }),
    inject: [AuditLog, Env],
  },
  {
    provide: UncertainSessions,
    useFactory: ({ sessions }: Auth, { health }: ChannelLayer) => new UncertainSessions(sessions, health),
    inject: [Auth, ChannelLayer],
  },
  { provide: SignOuts, useFactory: ({ signOuts }: Auth) => signOuts, inject: [Auth] },
  { provide: ProfileChanges, useFactory: ({ profiles }: Auth) => profiles, inject: [Auth] },
];

const web = [
  AccountPage,
  AccountVisitors,
  Administrators,
  ApiKeys,
  AdminServer,
  AuthGate,
  GuestLimits,
  Health,
  HttpErrorFilter,
  PasswordReset,
  PeopleAdmin,
  PicturesService,
  ProfileService,
  PageRenderer,
  Visitors,
  { provide: APP_FILTER, useExisting: HttpErrorFilter },
  { provide: APP_PIPE, useValue: protocolValidation },
];

/** The chat: rooms, their socket, their pages and their API. What it exports, modules of any kind may inject. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [
    // Before the rooms, whose path theirs would be.
    ...accountControllers,
    NewRoomController,
    InviteController,
    RoomSettingsController,
    ChatController,
    RoomsController,
    RoomMembersController,
    InvitesController,
    MessageChangesController,
    MessageFormController,
    MeController,
    AuthController,
    HealthController,
    DocumentsController,
    SocketPathController,
  ],
  providers: [...storage, ...socket, ...chat, ...web],
  exports: [
    Audit,
    AuditLog,
    AuthProvider,
    ChannelLayer,
    Env,
    FanOut,
    LiveRooms,
    MessageChangesService,
    MessageService,
    ModerationService,
    PresenceService,
    RoomAccess,
    RoomDirectory,
    RoomLog,
    RoomMembers,
    RoomService,
  ],
})
export class ChatModule extends ConfigurableModuleClass {}
