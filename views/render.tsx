import { randomUUID } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import type { PageData } from '../src/protocol/http.js';
import type { RoomFormPages } from '../src/protocol/room-pages.js';
import { Layout, type Page } from './layout.js';
import { accountViews } from './account/index.js';
import { roomViews } from './rooms/index.js';
import { isLive, viewOf, type ViewMap } from './pages.js';

/**
 * A complete HTML document. `given` holds a team's views; what it has not, comes from here. The page carries its
 * data as JSON, from which the browser draws the same once more and takes over.
 */
export function renderPage(data: PageData, page: Page, given: Partial<ViewMap> = {}): string {
  const filled: PageData = data.view === 'room' ? { ...data, clientId: data.clientId ?? randomUUID() } : data;
  const View = viewOf(filled, { ...accountViews, ...roomViews, ...given });
  const document = renderToString(
    <Layout
      page={page}
      title={titleOf(filled)}
      json={isLive(filled) ? jsonForScript(filled) : undefined}
      leadsTo={filled.view === 'leave' ? filled.url : undefined}
    >
      <View data={filled} />
    </Layout>,
  );
  return `<!doctype html>${document}`;
}

const ESCAPES: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON that means the same and can end neither its script element nor a line of script. */
export function jsonForScript(data: unknown): string {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/gu, (character) => ESCAPES[character] ?? '');
}

const titles: Record<Exclude<PageData['view'], 'room' | 'error' | RoomFormPages['view']>, string> = {
  lobby: 'Rooms',
  'sign-in': 'Sign in',
  register: 'Register',
  code: 'One more step',
  leave: 'Sign in',
  account: 'Account',
  admin: 'People',
  audit: 'Security log',
  reset: 'Choose a new password',
};

function titleOf(data: PageData): string {
  if (data.view === 'room') return data.kind === 'public' ? `#${data.title}` : data.title;
  if (data.view === 'room-settings') return `About ${data.title}`;
  if (data.view === 'new-room') return 'New room';
  if (data.view === 'invite') return `Invitation to ${data.title}`;
  if (data.view === 'person') return data.person.name;
  return data.view === 'error' ? data.title : titles[data.view];
}
