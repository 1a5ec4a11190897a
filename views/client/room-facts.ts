import type { RoomEventPush, RoomEventType } from '../../src/protocol/events.js';
import type { RoomPageData } from '../../src/protocol/http.js';
import type { RoomPush } from './room-events.js';

/** What the room is, and whether one may write there, besides its messages. */
export interface RoomFacts {
  title: string;
  topic: string;
  archived: boolean;
  /** 0: none. */
  slowModeSeconds: number;
  /** `null`: one may write. May have passed. */
  mutedUntil: string | null;
}

type Change<Type extends RoomEventType> = (
  facts: RoomFacts,
  data: RoomEventPush<Type>,
  me: string,
) => RoomFacts;

/** Types that are missing here change nothing of it. */
const changes: { readonly [Type in RoomEventType]?: Change<Type> } = {
  'room.updated': (facts, { room, title, topic, archived, slowModeSeconds }) => ({
    ...facts,
    title: title || room,
    topic,
    archived,
    slowModeSeconds,
  }),
  'member.muted': (facts, { member, until }, me) =>
    member.id === me ? { ...facts, mutedUntil: until } : facts,
  'member.unmuted': (facts, { member }, me) => (member.id === me ? { ...facts, mutedUntil: null } : facts),
};

export function factsAfter(facts: RoomFacts, { event, data }: RoomPush, me: string): RoomFacts {
  const change = Object.hasOwn(changes, event) ? changes[event as RoomEventType] : undefined;
  return change ? change(facts, data as never, me) : facts;
}

/** As a page tells them. */
export type PageFacts = Partial<
  Pick<RoomPageData, 'title' | 'topic' | 'archived' | 'slowModeSeconds' | 'mutedUntil'>
>;

export function factsOf(page: PageFacts): RoomFacts {
  const { title = '', topic = '', archived = false, slowModeSeconds = 0, mutedUntil = null } = page;
  return { title, topic, archived, slowModeSeconds, mutedUntil };
}
