import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AuthProvider, type Credentials, type Identity } from '../auth/auth-provider.js';
import { ProfileChanges } from '../auth/sign-outs.js';
import { RoomDirectory } from '../log/room-log.js';
import { User } from '../protocol/index.js';
import { LocalPeople } from './local-people.js';
import { type NodeHint, NodeLink, PEOPLE } from './node-link.js';
import { RateLimits } from './rate-limits.js';

/** What people are called, wherever they are connected. */
@Injectable()
export class PeopleService implements OnModuleInit, OnApplicationShutdown {
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly auth: AuthProvider,
    private readonly profiles: ProfileChanges,
    private readonly directory: RoomDirectory,
    private readonly local: LocalPeople,
    private readonly link: NodeLink,
    private readonly limits: RateLimits,
  ) {}

  async onModuleInit(): Promise<void> {
    this.stops.push(
      this.link.listen((hint) => this.hear(hint)),
      this.profiles.listen((user) => this.changed(user)),
    );
    await this.link.join(PEOPLE);
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** From now on, on old messages too, and in the lists of everybody who sees them. `name` was validated. Throws `rate_limited`. */
  async rename(from: Credentials, name: string): Promise<Identity> {
    const known = await this.auth.identify(from);
    if (known) this.limits.rename(known.user.id);
    const identity = await this.auth.rename(from, name);
    await this.changed(identity.user);
    return identity;
  }

  private async changed(user: User): Promise<void> {
    await this.directory.renamePerson(user);
    this.local.renamed(user);
    this.link.say('chat.person.renamed', PEOPLE, user);
  }

  private hear({ type, body }: NodeHint): void {
    if (type === 'chat.person.renamed') this.local.renamed(User.parse(body));
  }
}
