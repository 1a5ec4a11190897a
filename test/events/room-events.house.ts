import fc from 'fast-check';
import { pushOf } from '../../src/chat/live-room.js';
import { readEvents, readHistory } from '../../src/chat/room.history.js';
import type { EventDraft, Room, RoomLog, StoredMessage } from '../../src/log/room-log.js';
import type { HistoryPage, Role, RoomEventType, User } from '../../src/protocol/index.js';
import type { RoomPush } from '../../views/client/room-events.js';
import { initialRoomState, reduceRoom, type RoomState } from '../../views/client/room-state.js';

/** What somebody does, as far as chance decides it; which message it is about is chosen among those there are. */
export interface Deed {
  type: RoomEventType;
  who: number;
  which: number;
  word: number;
}

const people = ['ann', 'bob', 'carol'].map((id) => ({ id, name: id.toUpperCase() }));
const emojis = ['👍', '❤️', '🎉'];
type Data<Type extends RoomEventType> = EventDraft<Type>['data'];

/**
 * How each type of event comes about: one more type needs one more line here, or this does not compile. `about` is the
 * message that it is about, deleted ones too: the log takes whatever comes.
 */
const makers: { [Type in RoomEventType]: (deed: Deed, about: StoredMessage) => Data<Type> } = {
  'message.created': ({ word }, { id }) =>
    word % 3 === 0 ? { text: `said ${word}`, replyTo: id } : { text: `said ${word}` },
  'message.edited': ({ word }, { id }) => ({ id, text: `edited ${word}` }),
  'message.deleted': (_deed, { id }) => ({ id }),
  'reaction.added': ({ word }, { id }) => ({ id, emoji: emojis[word % emojis.length] as string }),
  'reaction.removed': ({ word }, { id }) => ({ id, emoji: emojis[word % emojis.length] as string }),
  'member.joined': (deed) => ({ member: memberOf(deed), role: roleOf(deed) }),
  'member.left': (deed) => ({ member: memberOf(deed) }),
  'member.kicked': (deed) => ({ member: memberOf(deed) }),
  'member.banned': (deed) =>
    deed.word % 2
      ? { member: memberOf(deed), until: endOf(deed) }
      : { member: memberOf(deed), reason: 'spam' },
  'member.unbanned': (deed) => ({ member: memberOf(deed) }),
  'member.changed': (deed) => ({ member: memberOf(deed), role: roleOf(deed) }),
  'member.muted': (deed) => ({ member: memberOf(deed), until: endOf(deed) }),
  'member.unmuted': (deed) => ({ member: memberOf(deed) }),
  'room.updated': ({ word }) => ({
    title: `title ${word}`,
    topic: `topic ${word}`,
    archived: word % 2 === 0,
    slowModeSeconds: word,
  }),
};
const memberOf = ({ which }: Deed) => people[which % people.length] as User;
const roleOf = ({ word }: Deed) => (['owner', 'moderator', 'member'] as const)[word % 3] as Role;
const endOf = ({ word }: Deed) => new Date(Date.UTC(2100, 0, 1 + word)).toISOString();

export const types = Object.keys(makers) as RoomEventType[];

export const deeds = (length: { minLength: number; maxLength: number }) =>
  fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      who: fc.nat({ max: people.length - 1 }),
      which: fc.nat({ max: 1_000 }),
      word: fc.nat({ max: 30 }),
    }),
    length,
  );

/** Does `deed` through the log, and says what people in the room are told of it. */
export async function perform(log: RoomLog, room: Room, deed: Deed, clientId: string): Promise<RoomPush> {
  const there = await log.messages(room.id, { limit: 100 });
  const about = there[deed.which % Math.max(1, there.length)];
  const type = about ? deed.type : 'message.created';
  const draft = {
    roomId: room.id,
    actor: people[deed.who],
    clientId,
    type,
    data: makers[type](deed, about ?? ({ id: 'none' } as StoredMessage)),
  } as EventDraft;
  const { event } = await log.append(draft);
  return pushOf(room.name, event) as RoomPush;
}

export const pageOf = (log: RoomLog, room: Room): Promise<HistoryPage> =>
  readHistory(log, room, { limit: 100 });
/** What is replayed to somebody who was away. */
export const replayOf = async (log: RoomLog, room: Room, after: number): Promise<RoomPush[]> =>
  (await readEvents(log, room, { after, limit: 1_000 })).events;

export function opened(history: HistoryPage): RoomState {
  return initialRoomState({ history, me: { id: 'ann', name: 'ANN' }, members: [], online: 0 });
}

/** What a person sees. */
export const shown = ({ messages, position, ahead }: RoomState) => ({ messages, position, ahead });

export function told(state: RoomState, pushes: readonly RoomPush[]): RoomState {
  return pushes.reduce((before, push) => reduceRoom(before, { type: 'log', events: [push] }), state);
}
