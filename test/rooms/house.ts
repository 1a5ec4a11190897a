import { randomUUID } from 'node:crypto';
import type { Standing } from '../../src/chat/room.rules.js';
import { type EventDraft, type Room, RoomDirectory, RoomLog } from '../../src/log/room-log.js';
import type { RoomEventType, User } from '../../src/protocol/index.js';
import type { RunningChat } from '../../src/testing/index.js';

/** Rooms of any kind, with anybody in any place in them, made by the log itself. */
export class House {
  private readonly rooms: RoomDirectory;
  private readonly log: RoomLog;

  constructor({ app }: RunningChat) {
    this.rooms = app.get(RoomDirectory);
    this.log = app.get(RoomLog);
  }

  async room(kind: Room['kind'], owner: User): Promise<Room> {
    if (kind === 'public') return (await this.rooms.open(`open-${randomUUID()}`, 'Open to all', owner)).room;
    const members = [{ user: owner, role: 'owner' as const }];
    return (await this.rooms.create({ kind, title: 'Closed', topic: '', members })).room;
  }

  async append<Type extends RoomEventType>(
    room: Room,
    actor: User,
    type: Type,
    data: EventDraft<Type>['data'],
  ): Promise<{ id: string; seq: number }> {
    const draft = { roomId: room.id, actor, clientId: randomUUID(), type, data } as EventDraft;
    return (await this.log.append(draft)).event;
  }

  /** Brings somebody who was never there to where they are to stand. */
  async stand(room: Room, owner: User, member: User, standing: Standing): Promise<void> {
    if (standing === 'owner' || standing === 'moderator' || standing === 'member')
      await this.append(room, owner, 'member.joined', { member, role: standing });
    if (standing === 'former') {
      await this.append(room, owner, 'member.joined', { member, role: 'member' });
      await this.append(room, member, 'member.left', { member });
    }
    if (standing === 'banned') await this.append(room, owner, 'member.banned', { member });
  }
}
