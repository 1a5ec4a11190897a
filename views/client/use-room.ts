import { useEffect, useState } from 'preact/hooks';
import type { RoomPageData, RoomSummary } from '../../src/protocol/http.js';
import { systemClock } from './clock.js';
import { eventsOf, historyOf, listRooms } from './http-api.js';
import { indexedDbOutbox } from './kept-outbox.js';
import { RoomSession } from './room-session.js';
import { initialView, type RoomView } from './room-view.js';
import { roomPath } from './room-name.js';

/** The room of this page, live in the browser; on the server just what the page was given. */
export function useRoom(data: RoomPageData): { view: RoomView; session: RoomSession | null } {
  const [session] = useState(() => (typeof window === 'undefined' ? null : sessionFor(data)));
  const [view, setView] = useState<RoomView>(() => session?.view ?? initialView(data));
  useEffect(() => {
    if (!session) return;
    // The newest messages are not on this page, and a stretch with a hole is not shown.
    if (data.earlier) return location.replace(roomPath(data.history.room));
    const unsubscribe = session.subscribe(() => setView(session.view));
    const wake = (): void => {
      if (document.visibilityState === 'visible') session.wake();
    };
    const ask = (event: BeforeUnloadEvent): void => {
      if (!session.mayLeave) event.preventDefault();
    };
    session.start();
    window.addEventListener('beforeunload', ask);
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      unsubscribe();
      window.removeEventListener('beforeunload', ask);
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      session.close();
    };
  }, [session]);
  return { view, session };
}

function sessionFor(data: RoomPageData): RoomSession {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return new RoomSession({
    start: data,
    url: `${scheme}://${location.host}/ws/chat/`,
    WebSocket,
    clock: systemClock,
    random: Math.random,
    newClientId,
    fetchHistory: historyOf(data.history.room, (input, init) => fetch(input, init)),
    fetchEvents: eventsOf(data.history.room, (input, init) => fetch(input, init)),
    outboxStore: indexedDbOutbox(data.history.room),
    onReload: () => renewPage(data.history.room),
  });
}

/** A page that answered a form would be posted again by `reload()`. */
export function renewPage(room: string): void {
  location.replace(roomPath(room));
}

/**
 * Ids that begin with the time cost the database least: a page of its index takes many of them. `randomUUID`, which has
 * no time in it, is missing on pages without TLS anyway.
 */
function newClientId(): string {
  const chance = crypto.getRandomValues(new Uint8Array(10));
  const digits = Array.from(chance, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return Date.now().toString(16).padStart(12, '0') + digits;
}

const ROOMS_EVERY_MS = 10_000;

/** The list of rooms, asked for every ten seconds while somebody looks. A failed try leaves what is there. */
export function useRooms(given: RoomSummary[] | undefined): RoomSummary[] | undefined {
  const [rooms, setRooms] = useState(given);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      try {
        const list = await listRooms((input, init) => fetch(input, init));
        if (!gone) setRooms(list);
      } catch {
        // The next try is ten seconds away.
      }
    };
    const look = (): void => void ask();
    const timer = setInterval(look, ROOMS_EVERY_MS);
    document.addEventListener('visibilitychange', look);
    if (!given) look();
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return rooms;
}
