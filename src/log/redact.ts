import type { RoomEvent } from './room-log.js';

/** Events as they are to be replayed once `deletion` has its place: without the words of that message. */
export function withoutWords(events: RoomEvent[], deletion: RoomEvent<'message.deleted'>): RoomEvent[] {
  const { id } = deletion.data;
  return events.map((event) => {
    if (event.type === 'message.created' && event.id === id)
      return { ...event, data: { ...event.data, text: '', deleted: true } };
    if (event.type === 'message.edited' && event.data.id === id)
      return { ...event, data: { ...event.data, text: '' } };
    return event;
  });
}
