import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import type { User } from '../protocol/index.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { LiveRooms } from './live-rooms.js';
import { PresenceService } from './presence.service.js';

/** All that this process keeps of a person in memory. */
@Injectable()
export class LocalPeople {
  constructor(
    private readonly auth: Auth,
    private readonly registry: ConnectionRegistry,
    private readonly presence: PresenceService,
    private readonly liveRooms: LiveRooms,
  ) {}

  /** Called where this process or another one has stored the new name. */
  renamed(user: User): void {
    this.auth.sessions.dropPerson(user.id);
    for (const connection of this.registry.ofUser(user.id)) connection.identity.user = user;
    this.presence.rename(user);
    this.liveRooms.rename(user);
  }
}
