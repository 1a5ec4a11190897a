import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AuthProvider, type Credentials, type Identity } from '../auth/auth-provider.js';
import { RoomDirectory } from '../log/room-log.js';
import type { User } from '../protocol/index.js';
import { LocalPeople } from './local-people.js';
import { type NodeHint, NodeLink, PEOPLE } from './node-link.js';
import { RateLimits } from './rate-limits.js';

/** What people are called, wherever they are connected. */
@Injectable()
export class PeopleService implements OnModuleInit, OnApplicationShutdown {
  private stopListening?: () => void;

  constructor(
    private readonly auth: AuthProvider,
    private readonly directory: RoomDirectory,
    private readonly local: LocalPeople,
    private readonly link: NodeLink,
    private readonly limits: RateLimits,
  ) {}

  async onModuleInit(): Promise<void> {
    this.stopListening = this.link.listen((hint) => this.hear(hint));
    await this.link.join(PEOPLE);
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** From now on, on old messages too, and in the lists of everybody who sees them. `name` was validated. Throws `rate_limited`. */
  async rename(from: Credentials, name: string): Promise<Identity> {
    const known = await this.auth.identify(from);
    if (known) this.limits.rename(known.user.id);
    const identity = await this.auth.rename(from, name);
    await this.directory.renamePerson(identity.user);
    this.local.renamed(identity.user);
    this.link.say('chat.person.renamed', PEOPLE, identity.user);
    return identity;
  }

  private hear({ type, body }: NodeHint): void {
    if (type === 'chat.person.renamed') this.local.renamed(body as User);
  }
}
