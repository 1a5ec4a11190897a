import type { FormState } from './account-pages.js';
import type { User } from './events.js';
import type { RoomBans, RoomDetail, RoomInvite, RoomMembersList } from './rooms.js';

/** What the pages about rooms and people are rendered from. Plain forms, without the browser's script. */

export interface RoomSettingsPageData extends FormState {
  view: 'room-settings';
  me: User;
  room: RoomDetail;
  /** As people call it: a conversation has no title of its own. */
  title: string;
  members: RoomMembersList['members'];
  /** Left out where they are none of the visitor's business. */
  bans?: RoomBans['bans'];
  invites?: RoomInvite[];
  /** The link that was just made: it is shown this once. */
  link?: string;
  done?: string;
}

export interface NewRoomPageData extends FormState {
  view: 'new-room';
  me: User;
  /** Whether people keep their accounts on our pages. */
  accounts: boolean;
  /** Whether this server has new public rooms made by anybody. */
  open: boolean;
}

export interface InvitePageData extends FormState {
  view: 'invite';
  me: User;
  accounts: boolean;
  token: string;
  title: string;
  by: User;
}

export interface PersonPageData extends FormState {
  view: 'person';
  me: User;
  accounts: boolean;
  person: User;
}

export type RoomFormPages = RoomSettingsPageData | NewRoomPageData | InvitePageData | PersonPageData;
