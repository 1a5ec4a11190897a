import { Injectable } from '@nestjs/common';
import { RoomMembers } from '../log/room-members.js';
import { ChatError, type User } from '../protocol/index.js';

/** Who people mean by a name or an id, on pages. */
@Injectable()
export class PeopleFinder {
  constructor(private readonly members: RoomMembers) {}

  /** By the name that others see, or the one they sign in with. Throws `not_found`. */
  async named(typed: string): Promise<User> {
    const name = typed.trim().replace(/^@/, '');
    const person = name === '' || name.length > 64 ? null : await this.members.named(name);
    if (!person) throw new ChatError('not_found', `nobody with an account is called “${name.slice(0, 64)}”`);
    return person;
  }

  /** With what they say of themselves. Throws `not_found`. */
  async byId(id: string): Promise<User> {
    const person = id.length > 64 ? null : await this.members.person(id);
    if (!person) throw new ChatError('not_found', 'there is no such person');
    return person;
  }
}
