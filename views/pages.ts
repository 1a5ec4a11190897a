import type { ComponentType } from 'preact';
import type { ErrorPageData, LobbyPageData, PageData, RoomPageData } from '../src/protocol/http.js';
import { ErrorPage } from './error.js';
import { LobbyPage } from './lobby.js';
import { RoomPage } from './room.js';

/** The component that draws each page. A team replaces one by giving another of the same name. */
export interface ViewMap {
  lobby: ComponentType<{ data: LobbyPageData }>;
  room: ComponentType<{ data: RoomPageData }>;
  error: ComponentType<{ data: ErrorPageData }>;
}

export const views: ViewMap = { lobby: LobbyPage, room: RoomPage, error: ErrorPage };

/** The one element that is drawn on the server and taken over in the browser. */
export const ROOT_ID = 'app';
export const DATA_ID = 'page-data';

export function viewOf(data: PageData, given: Partial<ViewMap> = {}): ComponentType<{ data: PageData }> {
  return (given[data.view] ?? views[data.view]) as ComponentType<{ data: PageData }>;
}
