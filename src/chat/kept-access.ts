import type { Access } from '../log/room-members.js';

const MOST = 20_000;

/**
 * What was read of people's rights. Looked up for every message, so by two keys that are there already instead of one that
 * would have to be put together. Bounded: where there is too much of it, all is forgotten.
 */
export class KeptAccess {
  private readonly byPerson = new Map<string, Map<string, Access>>();
  private size = 0;

  get(userId: string, room: string): Access | undefined {
    return this.byPerson.get(userId)?.get(room);
  }

  set(userId: string, room: string, access: Access): void {
    if (this.size >= MOST) {
      this.byPerson.clear();
      this.size = 0;
    }
    const rooms = this.byPerson.get(userId) ?? new Map<string, Access>();
    if (!rooms.has(room)) this.size++;
    rooms.set(room, access);
    this.byPerson.set(userId, rooms);
  }

  delete(userId: string, room: string): void {
    const rooms = this.byPerson.get(userId);
    if (!rooms?.delete(room)) return;
    this.size--;
    if (rooms.size === 0) this.byPerson.delete(userId);
  }
}
