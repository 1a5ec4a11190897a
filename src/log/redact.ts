import type { RoomEvent } from './room-log.js';

/** Events as they are to be replayed once `change` has its place: with the words that the message has since, or none. */
export function withWordsOf(
  change: RoomEvent<'message.edited' | 'message.deleted'>,
  events: RoomEvent[],
): RoomEvent[] {
  const { id } = change.data;
  const now = change.type === 'message.edited' ? { text: change.data.text } : { text: '' };
  const gone = change.type === 'message.deleted' && { deleted: true as const };
  return events.map((event): RoomEvent => {
    if (event.type === 'message.created' && event.id === id)
      return { ...event, data: { ...event.data, ...now, ...gone } };
    if (event.type === 'message.edited' && event.data.id === id)
      return { ...event, data: { ...event.data, ...now } };
    return event;
  });
}
