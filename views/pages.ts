import type { ComponentType } from 'preact';
import type { AccountPages } from '../src/protocol/account-pages.js';
import type { ErrorPageData, LobbyPageData, PageData, RoomPageData } from '../src/protocol/http.js';
import type { RoomFormPages } from '../src/protocol/room-pages.js';
import { ErrorPage } from './error.js';
import { LobbyPage } from './lobby.js';
import { RoomPage } from './room.js';

type FormPages = AccountPages | RoomFormPages;

/** The component that draws each page. A team replaces one by giving another of the same name. */
export type ViewMap = LiveViews & {
  [Name in FormPages['view']]: ComponentType<{ data: Extract<FormPages, { view: Name }> }>;
};

/** Those that the browser takes over. */
export interface LiveViews {
  lobby: ComponentType<{ data: LobbyPageData }>;
  room: ComponentType<{ data: RoomPageData }>;
  error: ComponentType<{ data: ErrorPageData }>;
}

export const liveViews: LiveViews = { lobby: LobbyPage, room: RoomPage, error: ErrorPage };

/** The one element that is drawn on the server and taken over in the browser. */
export const ROOT_ID = 'app';
export const DATA_ID = 'page-data';

export function isLive(data: PageData): boolean {
  return Object.hasOwn(liveViews, data.view);
}

export function viewOf(data: PageData, given: Partial<ViewMap> = {}): ComponentType<{ data: PageData }> {
  return { ...liveViews, ...given }[data.view] as ComponentType<{ data: PageData }>;
}
