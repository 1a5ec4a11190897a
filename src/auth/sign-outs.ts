import type { User } from '../protocol/index.js';
import { Announcements } from './announcements.js';
import type { EndedWhy } from './auth-provider.js';

/** A sign-in that is over, by now also in the database. */
export interface SignOut {
  userId: string;
  /** One sign-in; all of this person where it is missing. */
  sessionId?: string;
  /** `replaced`: the browser has a newer one, and may come back with it. */
  why: EndedWhy | 'replaced';
  /** Another process did it, and told us. */
  elsewhere?: true;
}

/** For whoever keeps a connection open, or remembers who somebody is. */
export class SignOuts extends Announcements<SignOut> {}

/** What people are from now on called and look like. */
export class ProfileChanges extends Announcements<User> {}
