import type { User } from '../protocol/index.js';
import { Announcements } from './announcements.js';

/** A sign-in that is over, by now also in the database. */
export interface SignOut {
  userId: string;
  /** One sign-in; all of this person where it is missing. */
  sessionId?: string;
  /** `replaced`: the browser has a newer one, and may come back with it. */
  why: 'signed_out' | 'banned' | 'replaced';
}

/** Sign-outs of this process, for whoever keeps a connection open. Other processes hear of them by `NodeLink`. */
export class SignOuts extends Announcements<SignOut> {}

/** What people are from now on called and look like. */
export class ProfileChanges extends Announcements<User> {}
