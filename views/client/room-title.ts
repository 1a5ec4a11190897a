import type { RoomSummary } from '../../src/protocol/http.js';

type Named = Pick<RoomSummary, 'room' | 'title' | 'people'>;

/** What people call a room: a conversation is called after the others in it. */
export function titleOf({ room, title, people }: Named): string {
  if (title) return title;
  if (people) return people.map(({ name }) => name).join(', ') || 'Conversation';
  return room;
}
