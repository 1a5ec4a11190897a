import type { RoomEventType } from './room-events.js';

/** Whether who may do what is another question after it: decisions taken before it are taken anew. */
export function changesRights(type: RoomEventType): boolean {
  return type.startsWith('member.') || type === 'room.updated';
}

/** After these the person gets nothing more of the room. */
export const removals: ReadonlySet<RoomEventType> = new Set([
  'member.left',
  'member.kicked',
  'member.banned',
]);
