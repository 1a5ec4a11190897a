import type { User } from '../protocol/index.js';

/** What people call a room: a conversation is called after the others in it. */
export function roomTitle({
  room,
  title,
  people,
}: {
  room?: string;
  title: string;
  people?: readonly User[] | undefined;
}): string {
  if (title) return title;
  if (people) return people.map(({ name }) => name).join(', ') || 'Conversation';
  return room ?? 'Conversation';
}
