import { z } from 'zod';
import type { AccountPages } from './account-pages.js';
import { ClientId, Message, MessageText, Sent, User } from './events.js';
import { MAX_PAGE_SIZE, PAGE_SIZE } from './limits.js';
import { PersonName } from './names.js';
import type { RoomFormPages } from './room-pages.js';
import type { RoomKind, RoomSummary } from './rooms.js';
import { storable } from './storable.js';

/** Shapes of the HTTP API and of the pages' own data. OpenAPI is derived from these. */

export * from './rooms.js';

const cursor = z.coerce.number().int().nonnegative();
/** `before` and `after` exclude each other; without either it is the newest page. */
export const HistoryQuery = z
  .strictObject({
    before: cursor.optional(),
    after: cursor.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(PAGE_SIZE),
  })
  .refine(
    (query) => query.before === undefined || query.after === undefined,
    'give before or after, not both',
  );
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/**
 * Messages as they are now, ascending by `seq`. `head` is the room's newest seq at the time of reading: whoever applies
 * the events behind it is up to date. Newer pages do not tell what became of messages on older ones; events do.
 */
export const HistoryPage = z
  .object({
    room: z.string(),
    epoch: z.string(),
    head: z.int().nonnegative(),
    messages: z.array(Message),
    /** Whether there is more in the direction that was asked for. */
    more: z.boolean(),
  })
  .meta({ id: 'HistoryPage' });
export type HistoryPage = z.infer<typeof HistoryPage>;

export const EventsQuery = z.strictObject({
  after: cursor,
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(MAX_PAGE_SIZE),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

/** Every type of event, each as its push: what brings a page that is behind up to `head` without making it anew. */
export const EventsPage = z
  .object({
    room: z.string(),
    epoch: z.string(),
    head: z.int().nonnegative(),
    /** Ascending by `data.seq`, without holes. */
    events: z.array(
      z.object({ event: z.string(), data: z.looseObject({ room: z.string(), seq: z.int().positive() }) }),
    ),
    more: z.boolean(),
  })
  .meta({ id: 'EventsPage' });
export type EventsPage = z.infer<typeof EventsPage>;

export const EditMessage = z.strictObject({ text: MessageText });
export type EditMessage = z.infer<typeof EditMessage>;

export const PostMessage = z.strictObject({
  text: MessageText,
  clientId: ClientId,
  replyTo: storable(0, 64).optional(),
});
export type PostMessage = z.infer<typeof PostMessage>;

export const PostedMessage = Sent;

export const Rename = z.strictObject({ name: PersonName });
export type Rename = z.infer<typeof Rename>;

export const Me = z.object({ user: User }).meta({ id: 'Me' });

export const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    retryAfterMs: z.int().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457; `code` is the stable part' });
export type Problem = z.infer<typeof Problem>;

/** What the lobby page is rendered from, on the server and again in the browser. */
export interface LobbyPageData {
  view: 'lobby';
  me: User;
  rooms: RoomSummary[];
  /** Whether people keep their accounts on our pages. */
  accounts?: boolean;
  /** What the form refused, shown beside it where the page works without JavaScript. */
  error?: string;
}

/** What the room page is rendered from. The socket resumes from exactly `(history.epoch, history.head)`. */
export interface RoomPageData {
  view: 'room';
  me: User;
  title: string;
  topic: string;
  kind: RoomKind;
  /** Of a conversation: the others in it. */
  people?: User[];
  archived?: boolean;
  slowModeSeconds?: number;
  /** Left out where one may write. */
  mutedUntil?: string;
  history: HistoryPage;
  members: User[];
  online: number;
  textLength: number;
  error?: string;
  /** The text that was refused, so that nobody types it twice. */
  draft?: string;
  /** The plain form's `clientId`. Left out, every rendering has a new one; after `unavailable` give the old one. */
  clientId?: string;
  /** The own message that the form changes (`?edit=`), for those without JavaScript. */
  editing?: { id: string; text: string };
  /** The page shows an earlier stretch (`?before=`), not the newest messages. */
  earlier?: boolean;
  /** Whether people keep their accounts on our pages. */
  accounts?: boolean;
  /** Rooms for the list beside the conversation. Left out, the browser fetches them. */
  rooms?: RoomSummary[];
}

export interface ErrorPageData {
  view: 'error';
  status: number;
  title: string;
  detail: string;
  /** What was typed, where the page that it was typed on cannot be drawn: a form that sends it again. */
  unsent?: UnsentForm;
}

export interface UnsentForm {
  action: string;
  text: string;
  /** Of a new message, which may be stored already. */
  clientId?: string;
}

export type PageData = LobbyPageData | RoomPageData | ErrorPageData | AccountPages | RoomFormPages;
