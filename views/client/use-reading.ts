import { useEffect, useState } from 'preact/hooks';
import type { RoomState } from './room-state.js';
import { earlier, grown, later, newest, outOfSight, visible, type Window } from './window.js';
import type { Message } from '../../src/protocol/events.js';

export interface Reading {
  shown: Message[];
  /** Everything loaded above is in the document; what is older has to be fetched. */
  atFirst: boolean;
  /** Nothing newer than the last one shown. */
  complete: boolean;
  atEnd: boolean;
  /** Messages of others below what was read. */
  unread: number;
  newAfter: number | null;
  setAtEnd(atEnd: boolean): void;
  showEarlier(messages: readonly Message[]): void;
  showLater(): void;
  showNewest(): void;
}

/**
 * Where one is in the room: which stretch is shown, whether at its end, and what one has not seen. `forget` is called
 * with the seq before which nothing is needed here.
 */
export function useReading(room: RoomState, forget: (before: number) => void): Reading {
  const { messages, me } = room;
  const [kept, setWindow] = useState<Window>(() => newest(messages));
  const [atEnd, setAtEnd] = useState(true);
  const [readSeq, setReadSeq] = useState(room.position);
  const [newAfter, setNewAfter] = useState<number | null>(null);
  const looking = useLooking();

  const window = grown(messages, kept, atEnd);
  const complete = window.to === null;
  const caughtUp = atEnd && complete && looking;
  const unread = caughtUp ? 0 : countUnread(messages, readSeq, me.id);

  useEffect(() => {
    if (window !== kept) setWindow(window);
  }, [window, kept]);
  useEffect(() => {
    if (caughtUp) setReadSeq(room.position);
  }, [caughtUp, room.position]);
  useEffect(() => {
    const before = outOfSight(messages, window);
    if (before !== null) forget(before);
  }, [messages, window]);
  // The line stays where it was drawn until there is something new again, or one answers.
  useEffect(() => {
    if (unread > 0) setNewAfter(readSeq);
  }, [unread > 0]);

  return {
    shown: visible(messages, window),
    atFirst: (messages[0]?.seq ?? 0) >= window.from,
    complete,
    atEnd,
    unread,
    newAfter,
    setAtEnd,
    showEarlier: (all) => setWindow((current) => earlier(all, current)),
    showLater: () => setWindow((current) => later(messages, current)),
    showNewest: () => {
      setNewAfter(null);
      setAtEnd(true);
      setWindow((current) => (current.to === null ? current : newest(messages)));
    },
  };
}

/** From the end: what is unread is there. */
function countUnread(messages: readonly Message[], readSeq: number, mine: string): number {
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (!message || message.seq <= readSeq) break;
    if (message.user.id !== mine && !message.deleted) count++;
  }
  return count;
}

/** Whether somebody can see the page. */
function useLooking(): boolean {
  const [looking, setLooking] = useState(true);
  useEffect(() => {
    const change = (): void => setLooking(document.visibilityState === 'visible');
    change();
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return looking;
}
